import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { file, media, tone } from '../../support/media.ts';

/** Encodes a sound in another process, and returns the result. The input is a file with the same bytes, or the file at this path. */
function madeElsewhere(sound: string, input: 'bytes' | 'path'): Buffer {
  const path = JSON.stringify(sound);
  const program = `
    import { readFileSync } from 'node:fs';
    import { file, media } from ${JSON.stringify(join(import.meta.dirname, '../../support/media.ts'))};
    const input = ${input === 'path' ? path : `await file('sound.wav', readFileSync(${path}))`};
    process.stdout.write(readFileSync(await media('film.wav', '-i', input, '-c', 'copy')));`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program]);
}

describe('media', () => {
  it('tells films apart whose inputs differ, also those of an earlier process', async () => {
    const [low, high] = [
      await media('low.wav', ...tone(1)),
      await media('high.wav', ...tone(1, { hz: 880 })),
    ];
    for (const sound of [low, high, low])
      assert.ok(madeElsewhere(sound, 'bytes').equals(readFileSync(sound)));
  });

  it('makes a film again whose input is a file that it has not made itself', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'mp3converter-inputs-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const input = join(folder, 'sound.wav');
    for (const hz of [440, 880]) {
      const sound = await media('sound.wav', ...tone(1, { hz }));
      copyFileSync(sound, input);
      assert.ok(madeElsewhere(input, 'path').equals(readFileSync(sound)));
    }
  });

  it('makes a film of an input that it has made from text', async () => {
    const tags = await file('tags.txt', ';FFMETADATA1\ntitle=Töne\n');
    const film = await media('tagged.mp3', ...tone(1), '-i', tags, '-map_metadata', '1');
    assert.match(readFileSync(film).toString('utf8'), /Töne/);
  });
});
