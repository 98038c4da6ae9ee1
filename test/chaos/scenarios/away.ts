import { signalProcess } from '../../../deploy/local/processes/child.ts';
import type { ServerName } from '../../../deploy/local/servers/servers.ts';
import type { Stage } from '../stage.ts';

/** How a server is taken away, and given back. */
export interface Way {
  name: string;
  take(): Promise<void>;
  giveBack(): Promise<void>;
}

/** Its connections stay open, and nothing is said on them. */
export function frozen(stage: Stage, server: ServerName, signal: AbortSignal): Way {
  let pid: number | undefined;
  return {
    name: 'frozen',
    async take() {
      pid = await stage.pidOf(server, signal);
      signalProcess(pid, 'SIGSTOP');
    },
    async giveBack() {
      if (pid !== undefined && stage.pidNow(server) === pid) signalProcess(pid, 'SIGCONT');
    },
  };
}

export const keptDown = (
  { launched: { servers } }: Stage,
  server: ServerName,
  { erase = false } = {},
): Way => ({
  name: erase ? 'killed, kept down and erased' : 'killed and kept down',
  take: () => servers.hold(server, { erase }),
  giveBack: () => servers.release(server),
});
