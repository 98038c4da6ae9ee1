import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { findGo } from '../../../../deploy/local/tools/go.ts';
import { which } from '../../../../deploy/process/which.ts';
import { buildPlanted } from '../../../hostile/planted/build-planted.ts';
import { readTries } from '../../../hostile/planted/tries.ts';
import { partsOf, sandboxRows } from './sandboxes.ts';
import { openWitnesses } from './witnesses.ts';

const TRY = 'use what the converter has inherited';
const { signal } = new AbortController();
const canRun = process.platform === 'linux' && findGo() !== undefined && which('bash') !== undefined;
const cannot = !canRun && 'Go, bash or Linux is missing';
const folder = await mkdtemp(join(tmpdir(), 'mp3converter-inherited-'));
after(() => rm(folder, { recursive: true }));
const planted = join(folder, 'ffmpeg');
if (canRun) await copyFile(await buildPlanted(signal), planted);
const rows = await sandboxRows([planted], signal);

/** Runs the planted program from a converter that has inherited a lock file. `parts` is undefined for no sandbox. */
async function tryInherited(parts: object | undefined): Promise<boolean> {
  const lock = join(folder, 'lock');
  await writeFile(lock, 'a lock');
  await using witnesses = await openWitnesses();
  const module = (path: string) =>
    JSON.stringify(new URL(`../../../../services/converter/${path}`, import.meta.url).href);
  const sandbox = parts
    ? `(await import(${module('sandbox/confined.ts')})).createSandbox(${JSON.stringify(parts)})`
    : `(await import(${module('sandbox/no-sandbox.ts')})).noSandbox`;
  const source = `const { runTool } = await import(${module('ffmpeg/run-tool.ts')});
    const options = { folder: ${JSON.stringify(folder)}, signal: new AbortController().signal, timeoutSeconds: 240 };
    const targets = ${JSON.stringify(JSON.stringify(witnesses.targets))};
    const tool = { path: ${JSON.stringify(planted)}, sandbox: ${sandbox} };
    process.stdout.write((await runTool(tool, [targets], options)).output);`;
  // Node closes what it has inherited below 16.
  const { stdout } = await promisify(execFile)('bash', [
    ...['-c', 'exec 40<"$0"; exec "$@"', lock],
    ...[process.execPath, '--input-type=module', '-e', source],
  ]);
  return readTries(stdout).got.includes(TRY);
}

describe('what the converter has inherited', { skip: cannot }, () => {
  it('is open in a tool outside a sandbox', async () => assert.equal(await tryInherited(undefined), true));

  for (const { name, skip } of rows) {
    it(`is not open in a sandbox of ${name}`, { skip }, async () =>
      assert.equal(await tryInherited({ ...partsOf(name), tools: [planted] }), false),
    );
  }
});
