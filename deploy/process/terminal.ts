import { signalProcess } from './child.ts';
import { readRegistry } from './registry.ts';

/** Prints one line about the progress, with the seconds since the beginning. */
export function report(line: string): void {
  console.log(`${`${Math.round(performance.now() / 1000)}`.padStart(4)} s  ${line}`);
}

/**
 * Returns a signal that is aborted by Ctrl-C, by `kill`, when the terminal closes, and when the npm that started us is
 * killed. Ctrl-C reaches us twice, from the terminal and through npm, so repetitions within two seconds count as one. A
 * later one kills every process that we have started, as the registries in the data folders list them.
 */
export function stopSignal(...dataDirs: string[]): AbortSignal {
  const controller = new AbortController();
  let abortedAt = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      abortedAt = performance.now();
      controller.abort(new Error('stopped'));
    } else if (performance.now() - abortedAt > 2_000) {
      console.log('Killing all processes.');
      for (const entry of dataDirs.flatMap(readRegistry)) {
        if (entry.owner !== 'setup' && entry.owner.pid === process.pid && entry.container === undefined) {
          signalProcess(-entry.process.pid, 'SIGKILL');
        }
      }
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', stop);
  process.channel?.unref();
  // The terminal may close before we have stopped. Failing to print must not keep us from stopping the processes.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return controller.signal;
}

/** Runs the main function of a command line. An error is printed as one readable line. Exits with 130 after a stop. */
export async function runMain(main: () => Promise<void>, signal: AbortSignal): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    if (signal.aborted) {
      console.log('Stopped; nothing is left running.');
      process.exit(130);
    }
    console.error(`\n${(error as Error).message}`);
    if (process.env.DEBUG) console.error(error);
    process.exit(1);
  }
}
