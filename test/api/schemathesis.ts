import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Python } from '../polyglot/python-packages.ts';

export interface Caller {
  name: string;
  /** A bearer token. */
  token: string | undefined;
}

interface Options {
  python: Python;
  seed: number;
  /** Requests for each operation and kind. */
  examples: number;
  signal: AbortSignal;
}

/** A token of a user lives 15 minutes; a run that takes longer would test refusals only. */
const TIMEOUT_MS = 12 * 60_000;

/**
 * Runs schemathesis over the document of a gateway, and prints what it finds. Returns whether it found no fault. It keeps a database of
 * examples in its working folder, so that is a new one: otherwise the same seed would not make the same requests.
 */
export async function schemathesis(url: string, { token }: Caller, options: Options): Promise<boolean> {
  const { python, seed, examples, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  const args = [
    ...['--config-file', join(import.meta.dirname, 'schemathesis.toml'), 'run', `${url}/openapi.json`],
    // Without `--checks`, all of them are on, but for what the file says. Two workers break Hypothesis now and then.
    ...['--phases', 'examples,coverage,fuzzing', '--workers', '1'],
    ...['--seed', String(seed), '--max-examples', String(examples)],
    ...['--continue-on-failure', '--max-failures', '100', '--request-timeout', '20', '--warnings', 'off'],
    ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]),
  ];
  try {
    const child = spawn(python.program, ['-m', 'schemathesis.cli', ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PYTHONPATH: python.packages,
        SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'tus_body.py'),
        PYTHONDONTWRITEBYTECODE: '1',
        HOME: folder,
        LC_ALL: 'C.UTF-8',
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
