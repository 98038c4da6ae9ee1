import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFolder } from '../../../../deploy/process/watch-folder.ts';
import { waitFor } from '../../../support/wait.ts';

/** A folder with `a.ts` and `deep/b.ts` that is watched, and what was reported so far, one array a save. */
function watched(test: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'mp3converter-watch-'));
  const put = (file: string): void => writeFileSync(path.join(root, file), `${Math.random()}`);
  mkdirSync(path.join(root, 'deep'));
  put('a.ts');
  put('deep/b.ts');
  const saves: string[][] = [];
  const stopping = new AbortController();
  watchFolder(root, {
    onSave: (files) => saves.push(files.map((file) => path.relative(root, file)).toSorted()),
    signal: stopping.signal,
  });
  test.after(() => {
    stopping.abort();
    rmSync(root, { recursive: true, force: true });
  });
  const next = (): Promise<string[]> => waitFor('a save', async () => saves.shift());
  return { root, put, saves, stopping, next };
}

/** Longer than a save stays open for another change. */
const QUIET_MS = 500;

describe('watchFolder', () => {
  it('reports a file that is written in place', async (test) => {
    const { put, next } = watched(test);
    put('deep/b.ts');
    assert.deepEqual(await next(), ['deep/b.ts']);
  });

  it('reports each of several saves by an editor that renames a new file over the old one', async (test) => {
    const { root, put, next } = watched(test);
    for (let save = 0; save < 3; save++) {
      put('deep/.b.ts.tmp');
      renameSync(path.join(root, 'deep/.b.ts.tmp'), path.join(root, 'deep/b.ts'));
      assert.deepEqual(await next(), ['deep/b.ts']);
    }
  });

  it('reports files that are saved shortly after one another once', async (test) => {
    const { put, saves, next } = watched(test);
    for (let save = 0; save < 5; save++) {
      put('a.ts');
      put('deep/b.ts');
      await sleep(10);
    }
    assert.deepEqual(await next(), ['a.ts', 'deep/b.ts']);
    await sleep(QUIET_MS);
    assert.deepEqual(saves, []);
  });

  it('watches a folder that is made later', async (test) => {
    const { root, put, next } = watched(test);
    mkdirSync(path.join(root, 'new/inner'), { recursive: true });
    put('new/inner/c.ts');
    assert.deepEqual(await next(), ['new/inner/c.ts']);
    put('new/inner/c.ts');
    assert.deepEqual(await next(), ['new/inner/c.ts']);
  });

  it('reports no hidden, backup and swap files, and nothing after the signal is aborted', async (test) => {
    const { put, saves, stopping } = watched(test);
    for (const name of ['.a.ts.swp', 'a.ts~', '#a.ts#', '4913', 'a.tmp']) put(name);
    await sleep(QUIET_MS);
    put('a.ts');
    stopping.abort();
    await sleep(QUIET_MS);
    assert.deepEqual(saves, []);
  });
});
