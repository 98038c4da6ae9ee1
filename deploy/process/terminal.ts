import { createStopSignal } from '../../services/shared/runtime/stop-signal.ts';
import { signalProcess } from './child.ts';
import { readRegistry } from './registry.ts';

/** Prints one line about the progress, with the seconds since the beginning. */
export function report(line: string): void {
  console.log(`${`${Math.round(performance.now() / 1000)}`.padStart(4)} s  ${line}`);
}

/**
 * Returns a signal that is aborted when the program has to stop: by Ctrl-C, for example. A second Ctrl-C, more than two
 * seconds later, kills every process that we have started, as the registries in the data folders list them.
 */
export function stopSignal(...dataDirs: string[]): AbortSignal {
  // The terminal may close before we have stopped. Failing to print must not keep us from stopping the processes.
  process.stdout.on('error', () => {});
  return createStopSignal('stopped', () => {
    console.log('Killing all processes.');
    for (const entry of dataDirs.flatMap(readRegistry)) {
      if (entry.owner !== 'setup' && entry.owner.pid === process.pid && entry.container === undefined) {
        signalProcess(-entry.process.pid, 'SIGKILL');
      }
    }
  });
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
