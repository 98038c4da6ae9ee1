import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { AUDIO_DECODERS } from '../../../../services/converter/ffmpeg/audio-decoders.ts';
import { INPUT, untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { file, media, picture, tone } from '../../../support/media.ts';

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'mp3converter-decoders-'));
after(() => rmSync(home, { recursive: true }));

/** Runs a tool over the file with the converter's own arguments. Returns its log at the level `debug`, and how it ended. */
async function logOf(tool: 'ffmpeg' | 'ffprobe', path: string, ...output: string[]) {
  const folder = await mkdtemp(join(home, 'run-'));
  await copyFile(path, join(folder, INPUT));
  const args = ['-hide_banner', '-v', 'debug', ...untrustedInput, '-i', INPUT, ...output];
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  return run(tool, args, options).then(
    ({ stderr }) => ({ log: stderr, failed: false }),
    (error: { stderr: string }) => ({ log: error.stderr, failed: true }),
  );
}

const film = (name: string, ...video: string[]) =>
  media(name, ...picture(1), ...tone(1), '-c:a', 'aac', '-strict', '-2', '-c:v', ...video);
const FAST = ['-preset', 'ultrafast'];
const withCover = async (codec: string) => {
  const cover = await media(`cover-of-${codec}.mkv`, ...picture(0.1), '-frames:v', '1', '-c:v', codec);
  const copy = ['-map', '0', '-map', '1', '-c:a', 'aac', '-c:v', 'copy', '-disposition:v:0', 'attached_pic'];
  return media(`covered-by-${codec}.m4a`, ...tone(1), '-i', cover, ...copy, '-f', 'mp4');
};
const subtitled = async (codec: string, container: string) => {
  const text = await file('text.srt', '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
  return media(`subtitled-${codec}.${container}`, ...tone(1), '-i', text, '-c:a', 'aac', '-c:s', codec);
};

const FILMS: [decoder: string, source: () => Promise<string>][] = [
  ['h264', () => film('h264.mp4', 'libx264', ...FAST)],
  ['h264', () => film('h264.mkv', 'libx264', ...FAST)],
  ['h264', () => film('h264.ts', 'libx264', ...FAST)],
  ['hevc', () => film('hevc.mp4', 'libx265', ...FAST, '-x265-params', 'log-level=none')],
  ['vp8', () => film('vp8.mkv', 'libvpx', '-deadline', 'realtime')],
  ['vp9', () => film('vp9.mkv', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8')],
  ['mpeg4', () => film('mpeg4.avi', 'mpeg4')],
  ['mpeg2video', () => film('mpeg2.mpg', 'mpeg2video', '-r', '25', '-c:a', 'mp2')],
  ['flv', () => film('flv.flv', 'flv', '-ar', '44100')],
  ['wmv2', () => film('wmv2.wmv', 'wmv2', '-c:a', 'wmav2')],
  ['mjpeg', () => film('mjpeg.mov', 'mjpeg')],
  ['prores', () => film('prores.mov', 'prores')],
  ['mjpeg', () => withCover('mjpeg')],
  ['png', () => withCover('png')],
  ['mov_text', () => subtitled('mov_text', 'mp4')],
  ['srt', () => subtitled('subrip', 'mkv')],
  ['ssa', () => subtitled('ass', 'mkv')],
];
const refusal = (decoder: string) =>
  new RegExp(`Codec \\((?:${decoder === 'ssa' ? 'ssa|ass' : decoder})\\) not on whitelist`);

describe('the decoders that a user’s file may open', { concurrency: 2 }, () => {
  for (const [decoder, source] of FILMS) {
    it(`do not include ${decoder}, which ffprobe and ffmpeg refuse to open`, async () => {
      const path = await source();
      assert.match((await logOf('ffprobe', path)).log, refusal(decoder));
      const sound = await logOf('ffmpeg', path, '-map', '0:a', '-f', 'null', '-');
      assert.match(sound.log, /[1-9]\d* frames decoded/);
      assert.equal(sound.failed, false);
      const { log, failed } = await logOf('ffmpeg', path, '-map', '0:v?', '-map', '0:s?', '-f', 'null', '-');
      assert.match(log, refusal(decoder));
      assert.equal(failed, true);
    });
  }

  it('are decoders of sound alone, and ffmpeg has each of them', async () => {
    const { stdout } = await run('ffmpeg', ['-hide_banner', '-decoders']);
    const kinds = new Map(
      [...stdout.matchAll(/^ ([VAS])\S{5} (\S+)/gm)].map(([, kind, name]) => [name, kind]),
    );
    const others = AUDIO_DECODERS.filter((name) => kinds.get(name) !== 'A');
    assert.deepEqual(others, []);
    assert.equal(new Set(AUDIO_DECODERS).size, AUDIO_DECODERS.length);
  });
});
