import assert from 'node:assert/strict';
import { appendFile, open, rename, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { openFilm } from '../../../../../services/gateway/cli/files/open-film.ts';
import { checkVideo } from '../../../../../services/gateway/cli/files/video.ts';
import { FileChangedError } from '../../../../../services/gateway/client/file-changed.ts';
import { streamFile } from '../../../../../services/gateway/client/uploads/file-stream.ts';
import { randomBytes } from '../../../../support/random.ts';
import { temporaryFolder } from '../test-terminal.ts';

const NAME = 'Añ 1.mkv';
const BYTES = randomBytes(1_300_000);

async function build(context: TestContext) {
  const folder = await temporaryFolder(context);
  const file = path.join(folder, NAME);
  await writeFile(file, BYTES);
  // An old time, so that a change has another one whatever the resolution of the file system.
  await utimes(file, 1_000_000, 1_000_000);
  return { file, folder, checked: await checkVideo(NAME, folder) };
}

/** Changes a byte, as a program does that edits the file where it is. */
async function editInPlace(file: string): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.write('x', 1_000_000);
}

describe('openFilm', () => {
  it('describes the file and reads any part of it, as often as wanted', async (context) => {
    const { checked } = await build(context);
    await using film = await openFilm(checked);
    assert.partialDeepStrictEqual(film, { name: NAME, type: 'video/matroska' });
    assert.equal(film.file.size, BYTES.length);
    for (const [start, end] of [
      [0, 10],
      [700_000, 1_300_000],
      [0, 1_300_000],
      [5, 5],
    ] as const) {
      assert.deepEqual(Buffer.from(await film.file.read(start, end)), BYTES.subarray(start, end));
    }
    assert.deepEqual(await buffer(streamFile(film.file, 12_345)), BYTES.subarray(12_345));
  });

  const CHANGES: [what: string, change: (file: string) => Promise<unknown>][] = [
    ['has grown', (file) => appendFile(file, 'more')],
    ['was cut', (file) => truncate(file, 1000)],
    ['was edited in place', editInPlace],
  ];
  for (const [what, change] of CHANGES) {
    const expected = (error: unknown) =>
      error instanceof FileChangedError && /Añ 1\.mkv was changed/.test(error.message);

    it(`refuses a file that ${what} since it was checked`, async (context) => {
      const { file, checked } = await build(context);
      await change(file);
      await assert.rejects(openFilm(checked), expected);
    });

    it(`fails to read a file that ${what} since it was opened`, async (context) => {
      const { file, checked } = await build(context);
      await using film = await openFilm(checked);
      await film.file.read(0, 100);
      await change(file);
      await assert.rejects(film.file.read(100, 200), expected);
    });
  }

  it('reads the file that it opened, also when another one has taken its name', async (context) => {
    const { file, folder, checked } = await build(context);
    await using film = await openFilm(checked);
    await writeFile(path.join(folder, 'other'), 'another film');
    await rename(path.join(folder, 'other'), file);
    assert.deepEqual(await buffer(streamFile(film.file)), BYTES);
  });

  it('has another identity after a change of its content', async (context) => {
    const { file, folder, checked } = await build(context);
    await using film = await openFilm(checked);
    await editInPlace(file);
    await using changed = await openFilm(await checkVideo(NAME, folder));
    assert.notEqual(changed.identity, film.identity);
  });
});
