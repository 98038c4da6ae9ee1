import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { INPUT, untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { openMedia } from '../../../../services/gateway/uploads/open-media.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { externalReference } from './external-reference.ts';

const run = promisify(execFile);
const RATE = 8000;
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-first-bytes-'));
});
after(() => rm(root, { recursive: true }));

/** Throws what the gateway answers to a file that it does not take. */
async function requireTaken(bytes: Buffer): Promise<void> {
  async function* source() {
    yield bytes;
  }
  await openMedia(source(), { maxBytes: bytes.length, signal: new AbortController().signal });
}

/** The samples (mono, 8 kHz) that ffmpeg decodes with the converter's allow-lists and `options`. Throws if it fails. */
async function decode(folder: string, options: string[] = []): Promise<Buffer> {
  const args = ['-nostdin', '-v', 'error', ...untrustedInput, ...options, '-i', INPUT];
  const output = ['-map', '0:a:0', '-vn', '-f', 's16le', '-ac', '1', '-ar', String(RATE), 'pcm'];
  await run('ffmpeg', [...args, ...output], { cwd: folder });
  return readFile(join(folder, 'pcm'));
}

async function inFolder(bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(root, 'file-'));
  await writeFile(join(folder, INPUT), bytes);
  return folder;
}

const bytesOf = async (made: Promise<string>): Promise<Buffer> => readFile(await made);
const sound = tone(2, { rate: 48_000 });
const made = (name: string, ...args: string[]) => bytesOf(media(name, ...sound, ...args));
const swapped = (bytes: Buffer) => Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
const behind = (head: Buffer, rest: Buffer) => Buffer.concat([head, rest]);
const box = (type: string, content: Buffer) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4);
  return Buffer.concat([head, content]);
};

const ts = () => made('a.ts', '-c:a', 'aac');
const m2ts = () => made('a.m2ts', '-c:a', 'aac', '-mpegts_m2ts_mode', '1', '-f', 'mpegts');
const fragmented = () =>
  made('frag.mp4', '-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov+default_base_moof');
const mp3 = async () => {
  const bytes = await made('plain.mp3', '-id3v2_version', '0', '-write_xing', '0');
  return bytes;
};
const dv = () =>
  bytesOf(
    media(
      'a.dv',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=720x576:r=25:d=2',
      ...sound,
      '-ac',
      '2',
      '-target',
      'pal-dv',
    ),
  );
const mxf = () =>
  bytesOf(media('a.mxf', ...picture(2), ...sound, '-r', '25', '-c:v', 'mpeg2video', '-c:a', 'pcm_s16le'));
const withErrorCorrection = (bytes: Buffer) =>
  Buffer.concat(
    Array.from({ length: Math.floor(bytes.length / 188) }, (_, index) =>
      Buffer.concat([bytes.subarray(index * 188, (index + 1) * 188), Buffer.alloc(16, index)]),
    ),
  );
const amr = (header: string, frame: string, length: number) =>
  Buffer.concat([
    Buffer.from(header),
    ...Array.from({ length: 100 }, () => Buffer.alloc(length).fill(frame, 0, 1, 'latin1')),
  ]);

/** A file, and the seconds of sound that must come out of it. Cut frames at the ends explain the tolerance. */
const TABLE: [name: string, source: () => Promise<Buffer>][] = [
  ['MXF', mxf],
  ['MXF with a run-in of 65,535 bytes', async () => behind(Buffer.alloc(65_535, 'run-in! '), await mxf())],
  ['DV', dv],
  ['DV from the middle of a frame on', async () => (await dv()).subarray(5000)],
  ['MXF OP-Atom with sound alone', () => made('opa.mxf', '-c:a', 'pcm_s16le', '-f', 'mxf_opatom')],
  ['AIFF', () => made('a.aiff')],
  ['AIFF-C', () => made('a.aif', '-c:a', 'pcm_alaw', '-f', 'aiff')],
  ['CAF', () => made('a.caf')],
  ['CAF with ALAC', () => made('alac.caf', '-c:a', 'alac')],
  ['AMR', async () => amr('#!AMR\n', '\x3c', 32)],
  ['AMR wideband', async () => amr('#!AMR-WB\n', '\x44', 61)],
  ['AC-3', () => made('a.ac3')],
  ['AC-3 with swapped bytes', async () => swapped(await made('a.ac3'))],
  ['AC-3 from the middle of a frame on', async () => (await made('a.ac3')).subarray(100)],
  ['E-AC-3', () => made('a.eac3')],
  ['DTS', () => made('a.dts', '-strict', '-2', '-c:a', 'dca')],
  ['DTS with swapped bytes', async () => swapped(await made('a.dts', '-strict', '-2', '-c:a', 'dca'))],
  ['TrueHD', () => made('a.thd', '-strict', '-2', '-c:a', 'truehd')],
  ['AAC in LOAS', () => made('a.latm', '-c:a', 'aac')],
  ['RealMedia', () => made('a.rm', '-c:a', 'ac3')],
  ['RealAudio 1.0', () => bytesOf(media('144.rm', ...tone(2, { rate: 8000 }), '-c:a', 'real_144'))],
  ['Wave64', () => made('a.w64')],
  ['RF64', () => made('rf64.wav', '-rf64', 'always')],
  ['BW64', async () => behind(Buffer.from('BW64'), (await made('rf64.wav', '-rf64', 'always')).subarray(4))],
  ['AU', () => made('a.au')],
  ['WavPack', () => made('a.wv')],
  ['TTA', () => made('a.tta')],
  ['a transport stream from byte 77 on', async () => (await ts()).subarray(77)],
  ['M2TS from byte 100 on', async () => (await m2ts()).subarray(100)],
  [
    'a transport stream with error correction from byte 50 on',
    async () => withErrorCorrection(await ts()).subarray(50),
  ],
  [
    'a program stream from the middle of a packet on',
    async () => (await made('a.vob', '-c:a', 'mp2')).subarray(777),
  ],
  ['an MP3 after 100,000 zeros', async () => behind(Buffer.alloc(100_000), await mp3())],
  ['an MP3 after bytes 0xFF', async () => behind(Buffer.alloc(3000, 0xff), await mp3())],
  ['an MP3 from the middle of a frame on', async () => (await mp3()).subarray(200)],
  [
    'an MP3 with a tag of 3 MB',
    async () => {
      const tag = Buffer.alloc(10 + 3 * 2 ** 20);
      // The size of the tag has seven bits in each byte: 3 · 2^20 is 1.64.0.0 in base 128.
      tag.set([0x49, 0x44, 0x33, 4, 0, 0, 1, 64, 0, 0]);
      return behind(tag, await mp3());
    },
  ],
  ...['styp', 'sidx', 'emsg', 'prft', 'uuid', 'free', 'pdin', 'skip', 'abcd'].map(
    (type): [string, () => Promise<Buffer>] => [
      `a fragmented MP4 that begins with ${type}`,
      async () => behind(box(type, Buffer.alloc(44)), await fragmented()),
    ],
  ),
];

describe('the first bytes of a file', { concurrency: 2 }, () => {
  for (const [name, source] of TABLE) {
    it(`let the gateway take ${name}, and the converter decodes it`, async () => {
      const bytes = await source();
      await requireTaken(bytes);
      const seconds = (await decode(await inFolder(bytes))).length / 2 / RATE;
      assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
    });
  }
});

describe('the allow-list of demuxers', { concurrency: 2 }, () => {
  const PLAYLISTS: [name: string, text: string][] = [
    ['a RealMedia playlist', 'file:secret.wav\n'],
    ['an ASX playlist', '<asx version="3.0"><entry><ref href="secret.wav"/></entry></asx>'],
    ['a PLS playlist', '[playlist]\nFile1=secret.wav\nNumberOfEntries=1\n'],
    ['an ffconcat script', "ffconcat version 1.0\nfile 'secret.wav'\n"],
    ['an HLS playlist', '#EXTM3U\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n'],
    [
      'a DASH manifest',
      '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation><BaseURL>secret.wav</BaseURL></Representation></AdaptationSet></Period></MPD>',
    ],
    ['an IMF playlist', '<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>'],
    ['a Vapoursynth script', 'import vapoursynth\n'],
  ];
  for (const [name, text] of PLAYLISTS) {
    it(`refuses ${name}, and so does the gateway`, async () => {
      const bytes = Buffer.from(text);
      await assert.rejects(requireTaken(bytes), { code: 'not_media' });
      const folder = await inFolder(bytes);
      await copyFile(await media('secret.wav', ...tone(1)), join(folder, 'secret.wav'));
      await assert.rejects(decode(folder));
    });
  }

  it('does not open the file that the track of a MOV refers to', async () => {
    const secret = await bytesOf(file('secret', Buffer.alloc(200_000, 'secret! ')));
    const folder = await inFolder(
      await externalReference(
        await bytesOf(media('own.mov', ...tone(1, { rate: RATE }), '-c:a', 'pcm_s16le')),
        'secret',
      ),
    );
    await writeFile(join(folder, 'secret'), secret);
    const hasSecret = (pcm: Buffer) => pcm.includes('secret! secret! ');
    // The same file is an attack where an option, which is off by default, allows it.
    assert.ok(hasSecret(await decode(folder, ['-enable_drefs', '1'])));
    const pcm = await decode(folder).catch(() => Buffer.alloc(0));
    assert.ok(!hasSecret(pcm));
  });
});
