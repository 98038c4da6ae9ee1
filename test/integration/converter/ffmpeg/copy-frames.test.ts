import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { convertFile } from '../../../support/converted.ts';
import { decodedSeconds, media, picture, tone } from '../../../support/media.ts';
import { readMp3 } from '../mp3/inspect-mp3.ts';

const run = promisify(execFile);

/** Sizes and checksums of the frames, as ffmpeg's demuxer of the container sees them. */
async function packetsOf(path: string): Promise<string[]> {
  const list = ['-map', '0:a:0', '-c', 'copy', '-copypriorss', '1', '-f', 'framecrc', '-'];
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-copyts', '-i', path, ...list]);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split(',').slice(4, 6).join().replaceAll(' ', ''));
}

const mp3 = (...shape: string[]) => media('sound.mp3', ...tone(4), '-c:a', 'libmp3lame', ...shape);
/** The frames of that MP3 with a picture in another container. */
async function inContainer(name: string, offset: string[], ...shape: string[]): Promise<string> {
  const sound = await mp3('-b:a', '128k');
  const streams = ['-map', '0:v', '-map', '1:a', '-c:v', 'mpeg4', '-c:a', 'copy'];
  return media(name, ...picture(4), ...offset, '-i', sound, ...streams, ...shape);
}

describe('copy', { concurrency: 2 }, () => {
  const sources: [name: string, source: () => Promise<string>][] = [
    ['an MP3 at a variable bit rate', () => mp3('-q:a', '2')],
    ['an MP3 at a constant bit rate', () => mp3('-b:a', '128k')],
    ['an MP3 without a Xing tag', () => mp3('-b:a', '96k', '-write_xing', '0')],
    ['an MP3 of 22,050 Hz', () => mp3('-ar', '22050', '-b:a', '64k')],
    ['an AVI', () => inContainer('film.avi', [])],
    ['an MP4', () => inContainer('film.mp4', [])],
    ['a Matroska file', () => inContainer('film.mkv', [])],
    ['a MOV', () => inContainer('film.mov', [])],
    ['a transport stream', () => inContainer('film.ts', [])],
  ];
  for (const [name, source] of sources) {
    it(`passes the frames of ${name} on unchanged, behind a header that states their number`, async () => {
      const original = await source();
      await using copy = await convertFile(original, { copy: true });
      assert.deepEqual(copy.warnings, []);
      const sent = await packetsOf(original);
      assert.deepEqual(await packetsOf(copy.path), sent);
      const { tag, frames } = await readMp3(copy.path);
      assert.equal(tag.frames, sent.length);
      assert.equal(frames.length, sent.length);
      assert.ok(
        Math.abs(copy.seconds - (await decodedSeconds(original))) <= 0.06,
        `it lasts ${copy.seconds} s`,
      );
    });
  }

  it('keeps what gapless players cut off an MP3', async () => {
    const original = await mp3('-q:a', '2');
    await using copy = await convertFile(original, { copy: true });
    assert.equal(copy.seconds, 4);
    const [{ tag: before }, { tag: after }] = [await readMp3(original), await readMp3(copy.path)];
    assert.deepEqual([after.delay, after.padding], [before.delay, before.padding]);
  });

  it('still replaces the tags', async () => {
    const original = await mp3('-q:a', '2', '-metadata', 'title=Old', '-metadata', 'artist=Ann');
    await using copy = await convertFile(original, { copy: true, title: 'New' });
    const show = ['-v', 'error', '-show_entries', 'format_tags', '-of', 'json', copy.path];
    const { tags } = JSON.parse((await run('ffprobe', show)).stdout).format;
    assert.deepEqual(tags, { title: 'New', artist: 'Ann' });
  });

  it('encodes sound that is no MP3, and warns', async () => {
    await using made = await convertFile(await media('sound.wav', ...tone(2)), { copy: true });
    assert.deepEqual(
      made.warnings.map(({ code }) => code),
      ['not_copied'],
    );
    assert.equal(made.seconds, 2);
  });

  const moved: [name: string, source: () => Promise<string>, seconds: number][] = [
    ['begins late', () => inContainer('late.mkv', ['-itsoffset', '2']), 6],
    ['has a pause', () => inContainer('pause.mkv', [], '-bsf:a', "setts=ts='if(gt(N,60),TS+3000,TS)'"), 7],
  ];
  for (const [name, source, seconds] of moved) {
    it(`encodes sound that ${name}, so that the MP3 keeps the clock of the film, and warns`, async () => {
      await using made = await convertFile(await source(), { copy: true });
      assert.deepEqual(
        made.warnings.map(({ code }) => code),
        ['not_copied'],
      );
      assert.ok(Math.abs(made.seconds - seconds) < 0.1, `it lasts ${made.seconds} s`);
    });
  }

  it('encodes an MP3 with damaged frames, and warns', async () => {
    const bytes = await readFile(await mp3('-b:a', '128k'));
    bytes.fill(0x55, 20_000, 23_000);
    const damaged = `${await mp3('-b:a', '128k')}.damaged`;
    await writeFile(damaged, bytes);
    await using made = await convertFile(damaged, { copy: true });
    assert.ok(made.warnings.some(({ code }) => code === 'not_copied'));
  });
});
