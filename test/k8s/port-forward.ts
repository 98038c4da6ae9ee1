import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import { which } from '../../deploy/process/which.ts';
import { waitFor } from '../support/wait.ts';

export interface Forward {
  /** `http://127.0.0.1:<port>`. It stays the same as long as the test runs. */
  readonly url: string;
  stop(): Promise<void>;
}

const PAUSE_MS = 300;
const FIRST_MS = 3 * 60_000;

/**
 * Runs `kubectl port-forward`, and starts it again whenever it ends because its pod is gone. Throws with kubectl's last message
 * if it does not work within three minutes.
 */
export async function forwardPort(context: string, service: string, port: number): Promise<Forward> {
  let local = 0;
  let stopped = false;
  let lastMessage = 'kubectl printed nothing';
  let child: ChildProcess | undefined;
  const end = (): void => void child?.kill();
  process.once('exit', end);

  const args = ['--context', context, '--namespace', NAMESPACE, 'port-forward', `service/${service}`];
  async function runOnce(): Promise<void> {
    // The first run takes any free port, and later runs take the same one.
    child = spawn(which('kubectl') as string, [...args, `${local || ''}:${port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (output) => {
      local ||= Number(/127\.0\.0\.1:(\d+)/.exec(`${output}`)?.[1] ?? 0);
    });
    child.stderr?.on('data', (output) => {
      lastMessage = `${output}`.trim().split('\n').at(-1) || lastMessage;
    });
    await once(child, 'exit');
  }
  const running = (async () => {
    while (!stopped) {
      await runOnce().catch((error: Error) => {
        lastMessage = error.message;
      });
      await sleep(PAUSE_MS);
    }
  })();
  const stop = async (): Promise<void> => {
    stopped = true;
    process.removeListener('exit', end);
    end();
    await running;
  };
  try {
    await waitFor(`kubectl port-forward service/${service}`, () => local !== 0, { timeoutMs: FIRST_MS });
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}: ${lastMessage}`, { cause: error });
  }
  return { url: `http://127.0.0.1:${local}`, stop };
}
