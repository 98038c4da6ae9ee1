import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { watchFolder } from '../../../../../services/gateway/cli/files/watch-folder.ts';
import { temporaryFolder } from '../test-terminal.ts';

/** A watched folder. Time passes only by the waits between two looks, before each of which `act` is called. */
async function build(
  context: TestContext,
  act: (look: number, folder: string) => Promise<unknown> = async () => {},
) {
  const folder = await temporaryFolder(context);
  const stop = new AbortController();
  const busy = new Set<string>();
  const again = new Set<string>();
  let now = 0;
  let looks = 0;
  const clock = {
    now: () => now,
    async sleep(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted();
      now += milliseconds;
      looks += 1;
      if (looks > 12) stop.abort(new Error('stopped'));
      await act(looks, folder);
    },
  };
  const ports = {
    clock,
    signal: stop.signal,
    isBusy: ({ path: file }: { path: string }) => busy.has(file),
    isWantedAgain: ({ path: file }: { path: string }) => again.delete(file),
  };
  const seen: string[] = [];
  async function watch(isRecursive = true) {
    const films = watchFolder(folder, isRecursive, ports);
    await assert.rejects(async () => {
      for await (const { relative } of films) seen.push(`${relative} at ${now / 1000}`);
    }, /stopped/);
    return seen;
  }
  return { folder, watch, busy, again };
}

describe('watchFolder', () => {
  it('yields a film that is there once it has been seen unchanged for four seconds', async (context) => {
    const { folder, watch } = await build(context);
    await writeFile(path.join(folder, 'a.mp4'), 'x');
    assert.deepEqual(await watch(), ['a.mp4 at 4']);
  });

  it('waits until a film has stopped growing', async (context) => {
    const { watch } = await build(context, (look, folder) =>
      look <= 5 ? appendFile(path.join(folder, 'a.mp4'), 'more') : Promise.resolve(),
    );
    assert.deepEqual(await watch(), ['a.mp4 at 14']);
  });

  it('ignores an empty file, and takes it when it has content', async (context) => {
    const { watch } = await build(context, async (look, folder) => {
      if (look === 1) await writeFile(path.join(folder, 'a.mp4'), '');
      if (look === 6) await writeFile(path.join(folder, 'a.mp4'), 'x');
    });
    assert.deepEqual(await watch(), ['a.mp4 at 16']);
  });

  it('takes a download when it gets its name', async (context) => {
    const { watch } = await build(context, async (look, folder) => {
      if (look === 1) await writeFile(path.join(folder, 'a.mp4.part'), 'x');
      if (look === 4) await rename(path.join(folder, 'a.mp4.part'), path.join(folder, 'a.mp4'));
    });
    assert.deepEqual(await watch(), ['a.mp4 at 12']);
  });

  it('yields a film again after it has changed, but not while it is busy', async (context) => {
    const { folder, watch, busy } = await build(context, async (look, folder) => {
      if (look === 3) busy.add(path.join(folder, 'a.mp4'));
      if (look === 3) await appendFile(path.join(folder, 'a.mp4'), 'more');
      if (look === 9) busy.clear();
    });
    await writeFile(path.join(folder, 'a.mp4'), 'x');
    assert.deepEqual(await watch(), ['a.mp4 at 4', 'a.mp4 at 18']);
  });

  it('yields a film again that is to be tried once more', async (context) => {
    const { folder, watch, again } = await build(context, async (look, folder) => {
      if (look === 6) again.add(path.join(folder, 'a.mp4'));
    });
    await writeFile(path.join(folder, 'a.mp4'), 'x');
    assert.deepEqual(await watch(), ['a.mp4 at 4', 'a.mp4 at 12']);
  });

  it('finds films in folders that appear later', async (context) => {
    const { watch } = await build(context, async (look, folder) => {
      if (look !== 2) return;
      await mkdir(path.join(folder, 'new'));
      await writeFile(path.join(folder, 'new', 'b.mkv'), 'x');
    });
    assert.deepEqual(await watch(), [`${path.join('new', 'b.mkv')} at 8`]);
  });

  it('survives that the folder vanishes and comes back', async (context) => {
    const { watch } = await build(context, async (look, folder) => {
      if (look === 1) await rm(folder, { recursive: true });
      if (look !== 4) return;
      await mkdir(folder);
      await writeFile(path.join(folder, 'a.mp4'), 'x');
    });
    assert.deepEqual(await watch(), ['a.mp4 at 12']);
  });
});
