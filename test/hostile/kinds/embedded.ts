import { writeFile } from 'node:fs/promises';
import { id3, picture, text } from '../bytes/id3.ts';
import { box, fullBox, join, mp4, u32le } from '../bytes/iso.ts';
import { chunk, wave } from '../bytes/riff.ts';
import type { HostileFile, Materials } from '../hostile-file.ts';
import type { Targets } from '../witnesses/targets.ts';
import { urlsOf } from '../witnesses/targets.ts';
import { textsFor } from './texts.ts';

const SOUND = ['-f', 'lavfi', '-i', 'sine=d=1'];
const WORDS = (content: string) =>
  `1\n00:00:00,000 --> 00:00:00,900\n${content.replaceAll(/\n+/g, '\n')}\n\n`;

type Case = [name: string, make: HostileFile['make']];

const escaped = (value: string): string => value.replaceAll(/[=;#\\\n]/g, (found) => `\\${found}`);

/** Makes a film with ffmpeg, of a sound and a text that is written to a file before. */
async function withFile(
  { ffmpeg, scratch }: Materials,
  content: string,
  args: (path: string) => readonly string[],
): Promise<Buffer> {
  const path = scratch();
  await writeFile(path, content);
  return ffmpeg(...SOUND, ...args(path));
}

/** Texts inside of films: subtitles, attachments, chapters and tags. */
function casesOf(name: string, content: string): Case[] {
  const subtitles = (codec: string, muxer: string): Case => [
    `${name} as subtitles (${codec}) of ${muxer}`,
    (materials) =>
      withFile(materials, WORDS(content), (path) => [
        ...['-f', 'srt', '-i', path, '-map', '0', '-map', '1', '-c:s', codec],
        ...['-c:a', muxer === 'webm' ? 'libvorbis' : 'aac', '-f', muxer],
      ]),
  ];
  const attached = (mime: string): Case => [
    `${name} as an attachment ${mime} of matroska`,
    (materials) =>
      withFile(materials, content, (path) => [
        ...[
          '-attach',
          path,
          '-metadata:s:t',
          `mimetype=${mime}`,
          '-metadata:s:t',
          'filename=../../cover.jpg',
        ],
        ...['-c:a', 'flac', '-f', 'matroska'],
      ]),
  ];
  const tagged = (muxer: string, codec: string): Case => [
    `${name} in tags and chapters of ${muxer}`,
    (materials) =>
      withFile(
        materials,
        `;FFMETADATA1\ntitle=${escaped(content)}\ncover=${escaped(content)}\npurl=${escaped(content)}\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=${escaped(content)}\n`,
        (path) => [
          '-f',
          'ffmetadata',
          '-i',
          path,
          '-map',
          '0',
          '-map_metadata',
          '1',
          '-c:a',
          codec,
          '-f',
          muxer,
        ],
      ),
  ];
  return [
    ...[
      subtitles('ass', 'matroska'),
      subtitles('srt', 'matroska'),
      subtitles('webvtt', 'webm'),
      subtitles('mov_text', 'mp4'),
    ],
    ...[attached('image/jpeg'), attached('application/x-mpegurl'), attached('text/plain')],
    ...[
      tagged('matroska', 'aac'),
      tagged('mp4', 'aac'),
      tagged('mp3', 'libmp3lame'),
      tagged('ogg', 'libvorbis'),
      tagged('asf', 'wmav2'),
    ],
  ];
}

/** Addresses in place of a picture. */
function pictureCases(target: string, url: string): Case[] {
  const block = (mime: string, data: string): string =>
    join(3, mime.length, mime, 5, 'cover', 64, 64, 24, 0, data.length, data).toString('base64');
  const metadata =
    (entry: string, muxer: string, codec: string): HostileFile['make'] =>
    ({ ffmpeg }) =>
      ffmpeg(...SOUND, '-metadata', entry, '-c:a', codec, '-f', muxer);
  return [
    [
      `APIC --> ${target}`,
      async ({ film }) =>
        Buffer.concat([
          id3([picture('-->', url), text('TIT2', url), text('WXXX', url)]),
          await film('mp3/mp3'),
        ]),
    ],
    [
      `APIC of image/jpeg with ${target}`,
      async ({ film }) => Buffer.concat([id3([picture('image/jpeg', url)]), await film('mp3/mp3')]),
    ],
    [
      `picture of Vorbis --> ${target}`,
      metadata(`METADATA_BLOCK_PICTURE=${block('-->', url)}`, 'ogg', 'libvorbis'),
    ],
    [
      `picture of Opus --> ${target}`,
      metadata(`METADATA_BLOCK_PICTURE=${block('-->', url)}`, 'ogg', 'libopus'),
    ],
    [
      `picture of FLAC --> ${target}`,
      async ({ film }) => {
        const flac = await film('flac/flac');
        const content = join(3, 3, '-->', 0, 0, 0, 0, 0, url.length, url);
        const head = join(content.length | 0x06000000);
        return Buffer.concat([flac.subarray(0, 42), head, content, flac.subarray(42)]);
      },
    ],
    [`cover art of MP4 with ${target}`, () => mp4({ more: [coverArt(url)] })],
    [
      `list of WAV with ${target}`,
      () => wave({ before: [chunk('LIST', join('INFOINAM', u32le(url.length), url, '\0'))] }),
    ],
  ];
}

const coverArt = (url: string): Buffer =>
  box(
    'udta',
    fullBox(
      'meta',
      fullBox('hdlr', 0, 'mdir', 'appl', 0, 0),
      box('ilst', box('covr', box('data', 13, 0, url))),
    ),
  );

/** Subtitles within an AVI: ffmpeg opens a second demuxer for them. */
function aviSubtitles(content: string): HostileFile['make'] {
  return async ({ film }) => {
    const avi = await film('avi/pcm_s16le');
    const name = Buffer.from('x\0', 'utf16le');
    const head = [Buffer.from('GAB2\0\x02\0', 'latin1'), u32le(name.length), name, Buffer.from([4, 0])];
    const packet = Buffer.concat([...head, u32le(content.length), Buffer.from(content)]);
    const strh = Buffer.alloc(56);
    strh.write('txts');
    strh.writeUInt32LE(1, 20);
    strh.writeUInt32LE(1, 24);
    strh.writeUInt32LE(1, 32);
    const list = chunk(
      'LIST',
      Buffer.concat([Buffer.from('strl'), chunk('strh', strh), chunk('strf', Buffer.alloc(4))]),
    );
    const movi = avi.indexOf('movi') - 8;
    const copy = Buffer.concat([
      ...[
        avi.subarray(0, movi),
        list,
        avi.subarray(movi, movi + 12),
        chunk('02tx', packet),
        avi.subarray(movi + 12),
      ],
    ]);
    copy.writeUInt32LE(copy.readUInt32LE(16) + list.length, 16);
    copy.writeUInt32LE(copy.length - 8, 4);
    return copy;
  };
}

/** Texts and addresses inside of real films. */
export function embeddedFiles(targets: Targets): HostileFile[] {
  const urls = Object.entries(urlsOf(targets)).filter(([target]) =>
    ['http', 'file url', 'unix', 'concat'].includes(target),
  );
  const texts = textsFor(targets.film, targets);
  const chosen = ['ffconcat', 'm3u8', 'sdp'].map((name) => [name, texts[name] ?? ''] as const);
  const cases = [
    ...chosen.flatMap(([name, content]) => casesOf(name, content)),
    ...urls.flatMap(([target, url]) => pictureCases(target, url)),
    ...chosen.map(([name, content]): Case => [`${name} as subtitles of avi`, aviSubtitles(content)]),
  ];
  return cases.map(([name, make]) => ({ kind: 'embedded', name, make, isProbed: true }));
}
