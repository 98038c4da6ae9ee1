import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchOptions } from '../../deploy/local/launch.ts';
import type { Report } from '../../deploy/process/run.ts';
import { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';
import { pythonWith } from './python-packages.ts';

/**
 * Launch options of a system in which a Python service replaces the notification service. Its copy of the contract is
 * written to `folder`; an image of the service would contain one.
 */
export async function pythonReplacement(
  folder: string,
  report: Report,
  signal: AbortSignal,
): Promise<Required<Pick<LaunchOptions, 'commands' | 'appEnv'>>> {
  const { program, packages } = await pythonWith(
    join(import.meta.dirname, 'requirements.txt'),
    report,
    signal,
  );
  const contract = join(folder, 'asyncapi.json');
  writeFileSync(contract, JSON.stringify(asyncapi));
  return {
    commands: { notification: [program, join(import.meta.dirname, 'notification', 'service.py')] },
    appEnv: {
      notification: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', ASYNCAPI: contract },
    },
  };
}
