import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { holdsSoundAlone } from '../../../../../services/converter/ffmpeg/probe/sound-alone.ts';

const folder = mkdtempSync(join(tmpdir(), 'mp3converter-sound-alone-'));
after(() => rmSync(folder, { recursive: true }));

const id3 = (size: number, content: string) =>
  `ID3\x03\0\0\0\0${String.fromCharCode(size >> 7, size & 127)}${content}`;

describe('holdsSoundAlone', () => {
  const table: [name: string, bytes: string, expected: boolean][] = [
    ['a WAV file', 'RIFF\0\0\0\0WAVEfmt ', true],
    ['an AVI film', 'RIFF\0\0\0\0AVI LIST', false],
    ['frames of MP3', '\xff\xfb\x90\0', true],
    ['an MP4', '\0\0\0\x20ftypisom', false],
    ['an ID3 tag without a picture', `${id3(20, `TIT2${'\0'.repeat(16)}`)}\xff\xfb`, true],
    ['an ID3 tag with a picture', id3(20, `APIC${'\0'.repeat(16)}`), false],
    ['an ID3 tag of version 2.2 with a picture', id3(20, `PIC${'\0'.repeat(17)}`), false],
    ['an ID3 tag whose end is not there', id3(300, 'TIT2'), false],
    ['a FLAC file, which may have a cover', 'fLaC\0\0\0\x22', false],
    ['nothing', '', false],
  ];
  for (const [name, bytes, expected] of table) {
    it(`says ${expected} of ${name}`, async () => {
      const path = join(folder, name.replaceAll(/\W/g, '-'));
      await writeFile(path, bytes, 'latin1');
      assert.equal(await holdsSoundAlone(path), expected);
    });
  }
});
