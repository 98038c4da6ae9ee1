import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import type { Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';
import { sandboxRows } from './sandboxes.ts';

const { signal } = new AbortController();
const root = await mkdtemp(join(tmpdir(), 'mp3converter-writes-'));
after(() => rm(root, { recursive: true }));
const rows = await sandboxRows(['/bin/sh', 'rm'], signal);

async function run(sandbox: Sandbox | undefined, path: string, args: string[], writes?: string[]) {
  assert.ok(sandbox);
  const folder = await mkdtemp(join(root, 'job-'));
  await writeFile(join(folder, 'input'), 'film');
  const limits = { fileBytes: 1000 };
  const options = { folder, signal, timeoutSeconds: 240, limits, ...(writes && { writes }) };
  const result = await runTool({ path, sandbox }, args, options);
  const files = await Promise.all(
    (await readdir(folder)).sort().map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
  );
  return { ...result, files: Object.fromEntries(files) as Record<string, string> };
}

const writeTo = (name: string) => ['-c', `echo text > ${name}`];

/** System calls and limits alone hide no file. */
const hiding = rows.filter(({ name }) => /namespaces|Landlock/.test(name));

for (const { name, sandbox, skip } of hiding) {
  describe(`a tool in a sandbox of ${name}`, { skip }, () => {
    for (const file of ['input', 'other']) {
      it(`cannot write to ${file}, which its run does not name`, async () => {
        for (const writes of [undefined, ['output']]) {
          const { code, files } = await run(sandbox, '/bin/sh', writeTo(file), writes);
          assert.notEqual(code, 0);
          assert.deepEqual(files, { input: 'film', ...(writes && { output: '' }) });
        }
      });
    }

    it('writes the file that its run names, over and over', async () => {
      const { code, files, stderr } = await run(sandbox, '/bin/sh', writeTo('output; echo again > output'), [
        'output',
      ]);
      assert.deepEqual([code, files], [0, { input: 'film', output: 'again\n' }], stderr);
    });

    it('removes no file', async () => {
      const { code, files } = await run(sandbox, 'rm', ['-f', 'input', 'output'], ['output']);
      assert.notEqual(code, 0);
      assert.deepEqual(files, { input: 'film', output: '' });
    });
  });
}
