import assert from 'node:assert/strict';
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { checkVideo, contentType, videoOf } from '../../../../../services/gateway/cli/files/video.ts';
import { mp4 } from '../../client/test-gateway.ts';
import { temporaryFolder } from '../test-terminal.ts';

const NAME = 'Añ 1.mkv';

describe('checkVideo', () => {
  const rows: [what: string, file: string, message: RegExp][] = [
    ['is missing', 'nothing.mp4', /^nothing\.mp4: there is no such file\.$/],
    ['is a folder', '.', /it is a folder/],
    ['is empty', 'empty.mp4', /it is empty/],
    ['lies below a file', 'empty.mp4/a', /no such file/],
    ['is a device', '/dev/null', /not a regular file/],
  ];
  for (const [what, file, message] of rows) {
    it(`refuses a file that ${what}`, async (context) => {
      const folder = await temporaryFolder(context);
      await writeFile(path.join(folder, 'empty.mp4'), '');
      await assert.rejects(checkVideo(file, folder), { message });
    });
  }
});

describe('videoOf', () => {
  it('describes the file and opens it for each attempt', async (context) => {
    const folder = await temporaryFolder(context);
    const bytes = mp4(600_000);
    await writeFile(path.join(folder, NAME), bytes);
    const video = videoOf(await checkVideo(NAME, folder));
    assert.partialDeepStrictEqual(video, { name: NAME, size: 600_000, type: 'video/matroska' });
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.deepEqual(await buffer(video.open() as ReadableStream<Uint8Array>), bytes);
    }
  });

  const changes: [what: string, change: (file: string) => Promise<void>][] = [
    ['has grown', (file) => appendFile(file, 'more')],
    ['was cut', (file) => truncate(file, 1000)],
  ];
  for (const [what, change] of changes) {
    it(`fails to read a file that ${what} since it was checked`, async (context) => {
      const folder = await temporaryFolder(context);
      await writeFile(path.join(folder, NAME), mp4(600_000));
      const file = await checkVideo(NAME, folder);
      await change(file.path);
      const stream = videoOf(file).open() as ReadableStream<Uint8Array>;
      await assert.rejects(buffer(stream), /Añ 1\.mkv was changed/);
    });
  }
});

describe('contentType', () => {
  it('names the type by the extension, whatever its case', () => {
    assert.deepEqual(['A.MKV', 'b.mov', 'c.xyz'].map(contentType), [
      'video/matroska',
      'video/quicktime',
      'application/octet-stream',
    ]);
  });
});
