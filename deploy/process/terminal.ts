import { signalProcess } from './child.ts';
import { entries } from './registry.ts';

/** One line a step, with the seconds since the beginning. */
export function report(line: string): void {
  console.log(`${`${Math.round(performance.now() / 1000)}`.padStart(4)} s  ${line}`);
}

/** A port from the environment. */
export function portFrom(variable: string, byDefault: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return byDefault;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${variable} is ${text}; it must be a port from 1 to 65535.`);
  }
  return port;
}

/**
 * Aborts at Ctrl-C, `kill`, a closed terminal, or when the npm that started us is killed.
 * A Ctrl-C reaches us from the terminal and once more through npm, so what follows within two seconds counts as one;
 * a later one ends by force everything that we have started, which the folders tell of.
 */
export function stopSignal(...dataDirs: string[]): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort(new Error('stopped'));
    } else if (performance.now() - first > 2_000) {
      console.log('Stopping by force.');
      for (const entry of dataDirs.flatMap(entries)) {
        if (entry.owner !== 'setup' && entry.owner.pid === process.pid && entry.container === undefined) {
          signalProcess(-entry.process.pid, 'SIGKILL');
        }
      }
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', stop);
  process.channel?.unref();
  // The terminal or the pipe may be gone before us; stopping matters more than telling.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return controller.signal;
}

/** Runs a command line's main function: errors in one readable line, 130 when it was stopped. */
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
