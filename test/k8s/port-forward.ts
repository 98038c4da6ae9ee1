import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import { which } from '../../deploy/process/which.ts';
import { until } from '../support/wait.ts';

export interface Forward {
  /** `http://127.0.0.1:<port>`, as long as the test runs. */
  readonly url: string;
  stop(): Promise<void>;
}

const PAUSE_MS = 300;
const FIRST_MS = 3 * 60_000;

/** `kubectl port-forward`, begun again whenever the pod that it led to has gone. Throws with kubectl's last word when it never works. */
export async function forward(context: string, service: string, port: number): Promise<Forward> {
  let local = 0;
  let stopped = false;
  let lastWord = 'it said nothing';
  let child: ChildProcess | undefined;
  const end = (): void => void child?.kill();
  process.once('exit', end);

  const args = ['--context', context, '--namespace', NAMESPACE, 'port-forward', `service/${service}`];
  async function runOnce(): Promise<void> {
    // The first time any free port, and that one from then on.
    child = spawn(which('kubectl') as string, [...args, `${local || ''}:${port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (said) => {
      local ||= Number(/127\.0\.0\.1:(\d+)/.exec(`${said}`)?.[1] ?? 0);
    });
    child.stderr?.on('data', (said) => {
      lastWord = `${said}`.trim().split('\n').at(-1) || lastWord;
    });
    await once(child, 'exit');
  }
  const running = (async () => {
    while (!stopped) {
      await runOnce().catch((error: Error) => {
        lastWord = error.message;
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
    await until(`kubectl port-forward service/${service}`, async () => local !== 0, FIRST_MS);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}: ${lastWord}`, { cause: error });
  }
  return { url: `http://127.0.0.1:${local}`, stop };
}
