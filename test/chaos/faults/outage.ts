import type { ServerName } from '../../../deploy/local/servers/servers.ts';
import { signalProcess } from '../../../deploy/process/child.ts';
import type { Stage } from '../harness.ts';

/** How a process is taken away, and given back. */
export interface Way {
  name: string;
  take(): Promise<void>;
  giveBack(): Promise<void>;
}

/** Its connections stay open, and nothing is said on them. Woken up unless somebody else has ended it meanwhile. */
export function frozen(stage: Stage, target: string, signal: AbortSignal): Way {
  let pid: number | undefined;
  return {
    name: 'frozen',
    async take() {
      pid = await stage.pidOf(target, signal);
      signalProcess(pid, 'SIGSTOP');
    },
    async giveBack() {
      if (pid !== undefined && stage.pidNow(target) === pid) signalProcess(pid, 'SIGCONT');
    },
  };
}

export const keptDown = (
  { launched: { servers } }: Stage,
  server: ServerName,
  { erase = false } = {},
): Way => ({
  name: erase ? 'killed, kept down and erased' : 'killed and kept down',
  take: () => servers.takeDown(server, { erase }),
  giveBack: () => servers.bringUp(server),
});
