import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCorpus } from '../../hostile/run-corpus.ts';
import { describeRun } from '../../hostile/table.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait.ts';

const ONLY =
  '^(text (ffconcat|m3u8) → http, as it is|embedded ffconcat as subtitles \\(ass\\)|reference dref alias|bomb gzip bomb$|mutation [12] of)';

/** Returns the ids of all processes that name a folder in their arguments, or work in it. */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const args = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
      const place = await readlink(`/proc/${id}/cwd`).catch(() => '');
      return args.includes(folder) || place.startsWith(folder);
    }),
  );
  return ids.filter((_, index) => found[index]);
}

/** Fails where a run has left a file in its folder, or a process. A process that was killed needs a moment. */
async function requireNothingLeft(folder: string): Promise<void> {
  assert.deepEqual(await readdir(folder), []);
  await waitFor('the end of all processes', async () => (await processesOf(folder)).length === 0);
}

describe('runCorpus', () => {
  const options = { seed: 5, mutations: 3, only: ONLY, isShort: false, jobs: 2, report: () => undefined };

  it('gives every file a documented answer, leaves nothing, and keeps the same files for the same seed', {
    timeout: 240_000,
  }, async (context) => {
    const kept = [temporaryFolder(context), temporaryFolder(context)];
    const temporary = temporaryFolder(context);
    const runs = [];
    for (const keep of kept)
      runs.push(await runCorpus({ ...options, temporary, keep, keepsAll: true, signal: context.signal }));
    await requireNothingLeft(temporary);
    const [run] = runs;
    assert.ok(run);
    assert.deepEqual(run.silent, []);
    assert.deepEqual(
      run.results.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)),
      [],
    );
    assert.ok(run.results.length >= 6, describeRun(run));
    assert.ok(run.results.some(({ toolsMb }) => toolsMb > 10));
    assert.match(describeRun(run), /^mutation +2 +0 /m);
    const files = await Promise.all(kept.map(async (folder) => (await readdir(folder)).toSorted()));
    assert.deepEqual(files[0], files[1]);
    const mutated = files[0]?.filter((name) => name.startsWith('mutation')) ?? [];
    assert.equal(mutated.length, 2);
    for (const name of mutated)
      assert.deepEqual(await readFile(join(kept[0] ?? '', name)), await readFile(join(kept[1] ?? '', name)));
  });

  it('ends and leaves nothing when it is stopped', async (context) => {
    const temporary = temporaryFolder(context);
    const controller = new AbortController();
    let during: { files: string[]; processes: Promise<string[]> } | undefined;
    const stopped = runCorpus({
      ...{ ...options, temporary, only: '^mutation', mutations: 500, signal: controller.signal },
      onResult() {
        during ??= { files: readdirSync(temporary), processes: processesOf(temporary) };
        during.processes.finally(() => controller.abort(new Error('enough')));
      },
    });
    await assert.rejects(stopped, /enough/);
    assert.equal(during?.files.length, 1);
    assert.notDeepEqual(await during?.processes, []);
    await requireNothingLeft(temporary);
  });
});
