import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCorpus } from '../../hostile/run-corpus.ts';
import { describeRun } from '../../hostile/table.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ONLY =
  '^(text (ffconcat|m3u8) → http, as it is|embedded ffconcat as subtitles \\(ass\\)|reference dref alias|bomb gzip bomb$|mutation [12] of)';

describe('runCorpus', () => {
  const options = { seed: 5, mutations: 3, only: ONLY, isShort: false, jobs: 2, report: () => undefined };

  it('gives every file a documented answer, leaves nothing, and keeps the same files for the same seed', {
    timeout: 240_000,
  }, async (context) => {
    const kept = [temporaryFolder(context), temporaryFolder(context)];
    const runs = [];
    for (const keep of kept)
      runs.push(await runCorpus({ ...options, keep, keepsAll: true, signal: context.signal }));
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

  it('ends and leaves nothing when it is stopped', async () => {
    const controller = new AbortController();
    const stopped = runCorpus({
      ...{ ...options, only: '^mutation', mutations: 500, signal: controller.signal },
      onResult: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(stopped, /enough/);
  });
});
