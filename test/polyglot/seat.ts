import { join } from 'node:path';
import type { LaunchOptions } from '../../deploy/local/launch.ts';
import type { Report } from '../../deploy/local/processes/run.ts';
import { pythonWith } from './packages.ts';

/** How a system is launched in which the Python service has the seat of the TypeScript one. */
export async function pythonInTheSeat(
  report: Report,
  signal: AbortSignal,
): Promise<Required<Pick<LaunchOptions, 'commands' | 'appEnv'>>> {
  const { program, packages } = await pythonWith(
    join(import.meta.dirname, 'requirements.txt'),
    report,
    signal,
  );
  return {
    commands: { notification: [program, join(import.meta.dirname, 'notification.py')] },
    appEnv: { notification: { PYTHONPATH: packages } },
  };
}
