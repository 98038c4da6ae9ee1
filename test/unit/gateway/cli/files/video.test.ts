import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { checkVideo, contentType } from '../../../../../services/gateway/cli/files/video.ts';
import { temporaryFolder } from '../test-terminal.ts';

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

describe('contentType', () => {
  it('names the type by the extension, whatever its case', () => {
    assert.deepEqual(['A.MKV', 'b.mov', 'c.xyz'].map(contentType), [
      'video/matroska',
      'video/quicktime',
      'application/octet-stream',
    ]);
  });
});
