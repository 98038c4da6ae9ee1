import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildGo } from '../../deploy/local/tools/build-go.ts';
import { cacheDir } from '../../deploy/process/cache-dir.ts';
import { type Report, run } from '../../deploy/process/run.ts';
import { API, CONSTANTS } from './api.ts';

/** One call of a Tilt function. A value that sync(), link() or the like returned appears in the arguments as a call, too. */
export interface Call {
  function: string;
  // biome-ignore lint/suspicious/noExplicitAny: any values that the Tiltfile passes
  arguments: Record<string, any>;
}

const source = path.join(import.meta.dirname, 'starlark');

/** Builds the Starlark interpreter of ./starlark, once for each state of its source, and returns its path. */
export async function buildInterpreter(go: string, report: Report, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(path.join(source, name)));
  const file = path.join(cacheDir(), `starlark-${hash.digest('hex').slice(0, 16)}`);
  const program = { what: 'the Starlark interpreter', folder: source, package: '.', file };
  await buildGo(go, program, report, signal);
  return file;
}

/** Runs a Tiltfile and returns its calls. Throws, with the line, for an error in it or a call that Tilt would refuse. */
export async function recordCalls(
  interpreter: string,
  file: string,
  answers: Record<string, string>,
  signal: AbortSignal,
): Promise<Call[]> {
  const order = { file, functions: API, constants: CONSTANTS, answers };
  const stdout = await run(interpreter, [], {
    ...{ what: `Running ${file}`, report: () => {}, signal, timeoutMs: 20_000 },
    input: JSON.stringify(order),
  });
  const result = JSON.parse(stdout) as { calls: Call[] } | { error: string };
  if ('error' in result) throw new Error(result.error);
  return result.calls;
}
