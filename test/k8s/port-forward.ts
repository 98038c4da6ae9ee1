import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import { find } from '../../deploy/local/tools/find.ts';
import { until } from '../support/wait.ts';

export interface Forward {
  /** `http://127.0.0.1:<port>`, as long as the test runs. */
  readonly url: string;
  stop(): Promise<void>;
}

const PAUSE_MS = 300;

/** `kubectl port-forward`, begun again whenever the pod that it led to has gone. */
export async function forward(context: string, service: string, port: number): Promise<Forward> {
  let local = 0;
  let stopped = false;
  let child: ChildProcess | undefined;
  const end = (): void => void child?.kill();
  process.once('exit', end);

  const args = ['--context', context, '--namespace', NAMESPACE, 'port-forward', `service/${service}`];
  async function runOnce(): Promise<void> {
    // The first time any free port, and that one from then on.
    child = spawn(find('kubectl') as string, [...args, `${local || ''}:${port}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout?.on('data', (said) => {
      local ||= Number(/127\.0\.0\.1:(\d+)/.exec(`${said}`)?.[1] ?? 0);
    });
    await once(child, 'exit');
  }
  const running = (async () => {
    while (!stopped) {
      await runOnce();
      await sleep(PAUSE_MS);
    }
  })();
  await until(`kubectl port-forward service/${service}`, async () => local !== 0);
  return {
    url: `http://127.0.0.1:${local}`,
    async stop() {
      stopped = true;
      process.removeListener('exit', end);
      end();
      await running;
    },
  };
}
