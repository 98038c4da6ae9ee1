import type { ServerName } from '../../../deploy/local/servers/servers.ts';
import { signalProcess } from '../../../deploy/process/child.ts';
import type { Harness } from '../harness.ts';

/** A way to make one process unavailable for a while. */
export interface Outage {
  /** How the process is made unavailable, for messages such as «RabbitMQ frozen, for 60 s». */
  name: string;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Stops a process by SIGSTOP: its connections stay open, and it answers nothing. Ends the outage unless the process has died meanwhile. */
export function frozen(harness: Harness, target: string, signal: AbortSignal): Outage {
  let pid: number | undefined;
  return {
    name: 'frozen',
    async begin() {
      pid = await harness.waitForPid(target, signal);
      signalProcess(pid, 'SIGSTOP');
    },
    async end() {
      if (pid !== undefined && harness.pidOf(target) === pid) signalProcess(pid, 'SIGCONT');
    },
  };
}

/** Kills a server and starts it again only when the outage ends. With `erase`, it has lost its data by then. */
export const keptDown = (
  { launched: { servers } }: Harness,
  server: ServerName,
  { erase = false } = {},
): Outage => ({
  name: erase ? 'killed, kept down and erased' : 'killed and kept down',
  begin: () => servers.takeDown(server, { erase }),
  end: () => servers.bringUp(server),
});
