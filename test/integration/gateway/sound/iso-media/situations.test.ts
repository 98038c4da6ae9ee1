import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ConversionOptions } from '../../../../../services/shared/jobs/conversion-options.ts';
import { compareSound } from '../../../../support/compared-sound.ts';
import { file, media, picture, tone } from '../../../../support/media.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
/** With B-frames, the first picture is shown later than it is decoded. */
const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '10'];
const AAC = ['-c:a', 'aac'];

type Make = () => Promise<string>;
interface Situation {
  name: string;
  make: Make;
  options?: ConversionOptions;
  /** Position of the track that is sent. */
  track?: number;
}

const film =
  (name: string, ...args: string[]): Make =>
  () =>
    media(name, ...picture(3), ...tone(3), ...H264, ...AAC, ...args);

const LAYOUTS: Situation[] = (
  [
    ['with its index at the end', 'end.mp4'],
    ['with its index at the start', 'fast.mp4', '-movflags', '+faststart'],
    ['without edit lists', 'plain.mp4', '-use_editlist', '0', '-movflags', '+faststart'],
    ['with one chunk for each frame', 'chunks.mov', '-movflags', '+faststart'],
    ['in fragments that begin with key frames', 'a.mp4', '-g', '10', '-movflags', 'frag_keyframe'],
    ['in fragments, with an empty index', 'b.mp4', '-g', '10', '-movflags', 'frag_keyframe+empty_moov'],
    [
      'in fragments whose offsets count from the index',
      'c.mp4',
      '-g',
      '10',
      '-movflags',
      'frag_keyframe+empty_moov+default_base_moof',
    ],
    [
      'in fragments without a base',
      'd.mp4',
      '-g',
      '10',
      '-movflags',
      'frag_keyframe+empty_moov+omit_tfhd_offset',
    ],
    [
      'in fragments of one track each',
      'e.mp4',
      '-g',
      '10',
      '-movflags',
      'frag_keyframe+empty_moov+separate_moof',
    ],
    ['in fragments of one frame', 'f.mp4', '-movflags', 'frag_every_frame+empty_moov'],
    ['in segments of DASH', 'g.mp4', '-g', '10', '-movflags', 'dash+frag_keyframe+empty_moov'],
    [
      'in segments with one index for all',
      'h.mp4',
      '-g',
      '10',
      '-movflags',
      'dash+global_sidx+frag_keyframe+empty_moov',
    ],
    ['in segments of CMAF', 'i.mp4', '-g', '10', '-movflags', 'cmaf+frag_keyframe+empty_moov'],
    ['in fragments with a late index', 'j.mp4', '-g', '10', '-movflags', 'frag_keyframe+delay_moov'],
    [
      'in fragments without an index of them',
      'k.mp4',
      '-g',
      '10',
      '-movflags',
      'frag_keyframe+empty_moov+skip_trailer',
    ],
    [
      'in fragments with negative offsets',
      'l.mp4',
      ...B_FRAMES,
      '-movflags',
      'frag_keyframe+empty_moov+negative_cts_offsets',
    ],
    ['with B-frames in fragments', 'm.mp4', ...B_FRAMES, '-movflags', 'frag_keyframe+empty_moov'],
    ['with B-frames', 'n.mp4', ...B_FRAMES],
    ['with B-frames and without edit lists', 'o.mp4', ...B_FRAMES, '-use_editlist', '0'],
    ['with B-frames and negative offsets', 'p.mp4', ...B_FRAMES, '-movflags', 'negative_cts_offsets'],
    ['with MPEG-4 pictures', 'q.mp4', '-c:v', 'mpeg4'],
    ['with MPEG-4 pictures in fragments', 'r.mp4', '-c:v', 'mpeg4', '-movflags', 'frag_keyframe+empty_moov'],
    [
      'with VP9 in fragments',
      's.mp4',
      '-c:v',
      'libvpx-vp9',
      '-cpu-used',
      '8',
      '-movflags',
      'frag_keyframe+empty_moov',
    ],
    ['with HEVC', 't.mp4', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'],
    ['with ProRes', 'u.mov', '-c:v', 'prores_ks'],
    ['with raw pictures', 'v.mov', '-c:v', 'rawvideo'],
    ['in Smooth Streaming', 'w.ismv', '-g', '10'],
    ['for the PSP', 'x.mp4', '-f', 'psp', '-ar', '48000'],
    ['for an iPod', 'y.m4v', '-f', 'ipod'],
    ['with picture-rate changes', 'z.mp4', '-vf', 'select=not(mod(n\\,3))', '-vsync', 'vfr'],
  ] as [name: string, ...args: [string, ...string[]]][]
).map(([name, ...args]) => ({ name, make: film(...args) }));

/** A box with content of its own. */
function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** A film whose boxes are changed: each by its type, in the order of the film. */
const rearranged =
  (name: string, change: (boxes: ReadonlyMap<string, Buffer>) => Buffer[], ...args: string[]): Make =>
  async () => {
    const bytes = await readFile(await film(name, ...args)());
    const boxes = new Map<string, Buffer>();
    for (let at = 0; at < bytes.length; ) {
      const end = at + bytes.readUInt32BE(at);
      boxes.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at, end));
      at = end;
    }
    return file(name, Buffer.concat(change(boxes)));
  };
/** Metadata beside the index. The last one of two titles counts. */
const title = (text: string) => {
  const item = box(
    '\xa9nam',
    box('data', Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from(text)])),
  );
  const handler = box('hdlr', Buffer.concat([Buffer.alloc(8), Buffer.from('mdirappl'), Buffer.alloc(9)]));
  return box('udta', box('meta', Buffer.concat([Buffer.alloc(4), handler, box('ilst', item)])));
};
const all = (boxes: ReadonlyMap<string, Buffer>, ...types: string[]) =>
  types.map((type) => boxes.get(type) ?? Buffer.alloc(0));
const ORDERS: Situation[] = [
  {
    name: 'with its index between two boxes of media data',
    make: rearranged('a.mp4', (boxes) => [...boxes.values(), box('mdat', Buffer.alloc(5000))]),
  },
  {
    name: 'with another title between its media data and its index',
    make: rearranged(
      'b.mp4',
      (boxes) => [...all(boxes, 'ftyp', 'free', 'mdat'), title('before'), ...all(boxes, 'moov')],
      '-metadata',
      'title=in the index',
    ),
  },
  {
    name: 'with its index at the end, which states no size',
    make: rearranged('c.mp4', (boxes) => {
      const open = Buffer.from(boxes.get('moov') ?? '');
      open.writeUInt32BE(0);
      return [...all(boxes, 'ftyp', 'free', 'mdat'), open];
    }),
  },
];

const late =
  (container: string, seconds: number, which: 'sound' | 'picture', ...args: string[]): Make =>
  () => {
    const offset = ['-itsoffset', String(seconds)];
    const [ofPicture, ofSound] = which === 'sound' ? [[], offset] : [offset, []];
    return media(container, ...ofPicture, ...picture(3), ...ofSound, ...tone(3), ...H264, ...AAC, ...args);
  };
const FRAGMENTED = ['-g', '10', '-movflags', 'frag_keyframe+empty_moov'];
const ends =
  (name: string, pictureSeconds: number, soundSeconds: number, ...args: string[]): Make =>
  () =>
    media(name, ...picture(pictureSeconds), ...tone(soundSeconds), ...H264, ...AAC, ...args);

const TIMES: Situation[] = [
  { name: 'whose sound is 20 ms late', make: late('a.mp4', 0.02, 'sound') },
  { name: 'whose sound is 2 s late', make: late('b.mp4', 2, 'sound') },
  { name: 'whose sound is 2 s late, in MOV', make: late('c.mov', 2, 'sound') },
  { name: 'whose sound is 8 s late', make: late('d.mp4', 8, 'sound') },
  { name: 'whose sound is 2 s late, in fragments', make: late('e.mp4', 2, 'sound', ...FRAGMENTED) },
  { name: 'whose sound is 8 s late, in fragments', make: late('f.mp4', 8, 'sound', ...FRAGMENTED) },
  { name: 'whose picture is 2 s late', make: late('g.mp4', 2, 'picture') },
  { name: 'whose picture is 2 s late, in fragments', make: late('h.mp4', 2, 'picture', ...FRAGMENTED) },
  { name: 'whose picture is longer', make: ends('i.mp4', 6, 2) },
  { name: 'whose picture is longer, in fragments', make: ends('j.mp4', 6, 2, ...FRAGMENTED) },
  { name: 'whose sound is longer', make: ends('k.mp4', 1, 5) },
  { name: 'whose sound is longer, in fragments', make: ends('l.mp4', 1, 5, ...FRAGMENTED) },
  { name: 'that is very short', make: ends('m.mp4', 0.1, 0.03) },
  { name: 'that is very short, in fragments', make: ends('n.mp4', 0.1, 0.03, ...FRAGMENTED) },
  {
    name: 'that was cut without encoding it anew',
    make: async () =>
      media(
        'o.mp4',
        '-ss',
        '1.3',
        '-i',
        await media('whole.mp4', ...picture(6), ...tone(6), ...B_FRAMES, ...AAC),
        '-c',
        'copy',
        '-t',
        '3',
      ),
  },
];

const METADATA = `;FFMETADATA1
title=A film
artist=Somebody
date=2024
comment=Über alles
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1200
title=The first
[CHAPTER]
TIMEBASE=1/1000
START=1200
END=3000
title=Zweites Kapitel
`;
const cover = () => media('cover.png', '-f', 'lavfi', '-i', 'color=red:s=32x32', '-frames:v', '1');
const tagged =
  (name: string, ...args: string[]): Make =>
  async () => {
    const metadata = await file('tags.txt', METADATA);
    const inputs = [...picture(3), ...tone(3), '-i', metadata, '-i', await cover()];
    const maps = ['-map', '0:v', '-map', '1:a', '-map', '3:v', '-map_metadata', '2', '-map_chapters', '2'];
    return media(
      name,
      ...inputs,
      ...maps,
      '-c:v:0',
      'libx264',
      '-preset',
      'ultrafast',
      '-c:v:1',
      'copy',
      '-disposition:v:1',
      'attached_pic',
      ...AAC,
      ...args,
    );
  };
const TAGS: Situation[] = [
  { name: 'with tags, chapters and a cover', make: tagged('a.mp4') },
  {
    name: 'with tags, chapters and a cover, its index at the start',
    make: tagged('b.mp4', '-movflags', '+faststart'),
  },
  { name: 'with tags and chapters, in MOV', make: tagged('c.mov') },
  {
    name: 'with tags and chapters, and without the chapters of QuickTime',
    make: tagged('d.mp4', '-movflags', 'disable_chpl'),
  },
  { name: 'with tags and a cover, in fragments', make: tagged('e.mp4', ...FRAGMENTED) },
  { name: 'with metadata keys of QuickTime', make: tagged('f.mov', '-movflags', 'use_metadata_tags') },
  { name: 'with a time code', make: film('g.mov', '-timecode', '01:02:03:04') },
  {
    name: 'with subtitles',
    make: async () => {
      const subtitles = await file('a.srt', '1\n00:00:00,500 --> 00:00:02,000\nHello\n\n');
      return media('h.mp4', ...picture(3), ...tone(3), '-i', subtitles, ...H264, ...AAC, '-c:s', 'mov_text');
    },
  },
];

const TRACKS_METADATA = [
  '-metadata:s:a:0',
  'language=eng',
  '-metadata:s:a:1',
  'language=ger',
  '-metadata:s:a:2',
  'language=fre',
];
const several =
  (name: string, ...args: string[]): Make =>
  () =>
    media(
      name,
      ...[...picture(3), ...tone(3, { hz: 300 }), ...tone(3, { hz: 600 }), ...tone(3, { hz: 900 })],
      ...[
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-map',
        '2:a',
        '-map',
        '3:a',
        ...H264,
        ...AAC,
        ...TRACKS_METADATA,
        ...args,
      ],
    );
const COMMENTARY = ['-metadata:s:a:0', 'handler_name=Director’s commentary'];
const TRACKS: Situation[] = [
  { name: 'with three sound tracks', make: several('a.mp4'), track: 1 },
  { name: 'with three sound tracks, in fragments', make: several('b.mp4', ...FRAGMENTED), track: 1 },
  { name: 'with three sound tracks, in MOV', make: several('c.mov'), track: 1 },
  { name: 'with three sound tracks, by position', make: several('a.mp4'), options: { track: 3 }, track: 3 },
  {
    name: 'with three sound tracks, by language',
    make: several('a.mp4'),
    options: { track: 'deu' },
    track: 2,
  },
  {
    name: 'with three sound tracks, by language, in MOV',
    make: several('d.mov', '-metadata:s:a:2', 'language=fra'),
    options: { track: 'fr' },
    track: 3,
  },
  {
    name: 'with three sound tracks, by language, in fragments',
    make: several('b.mp4', ...FRAGMENTED),
    options: { track: 'fra' },
    track: 3,
  },
  {
    name: 'whose second track is the default',
    make: several('d.mp4', '-disposition:a:0', '0', '-disposition:a:1', 'default'),
    track: 2,
  },
  { name: 'whose first track is a commentary by its name', make: several('e.mp4', ...COMMENTARY), track: 2 },
  {
    name: 'whose first track is a commentary by its role',
    make: several(
      'f.mp4',
      '-disposition:a:0',
      'default+comment',
      '-movflags',
      'cmaf',
      ...FRAGMENTED.slice(0, 2),
    ),
    track: 2,
  },
  {
    name: 'whose commentary is asked for',
    make: several('e.mp4', ...COMMENTARY),
    options: { track: 1 },
    track: 1,
  },
  {
    name: 'with an encoder for each track',
    make: several('g.mp4', '-c:a:0', 'ac3', '-c:a:1', 'aac', '-c:a:2', 'eac3'),
    options: { track: 2 },
    track: 2,
  },
];

const OPTIONS: Situation[] = [
  { name: 'with a bit rate', make: film('a.mp4'), options: { bitrate: 96 } },
  {
    name: 'with a part of it',
    make: film('a.mp4'),
    options: { start: 0.5, duration: 1.5 } as ConversionOptions,
  },
  {
    name: 'whose loudness is changed',
    make: film('a.mp4'),
    options: { normalize: -20 },
  },
  { name: 'whose MP3 sound is copied', make: film('b.mp4', '-c:a', 'libmp3lame'), options: { copy: true } },
];

describe('planIsoMedia', { concurrency: 2 }, () => {
  for (const { name, make, options, track = 1 } of [
    ...LAYOUTS,
    ...ORDERS,
    ...TIMES,
    ...TAGS,
    ...TRACKS,
    ...OPTIONS,
  ]) {
    it(`sends the sound alone of a film ${name}, and the MP3 is the same`, async () => {
      const compared = await compareSound(await make(), options);
      const { differences, failure, sentBytes } = compared;
      assert.deepEqual(
        { differences, failure, track: compared.track },
        { differences: [], failure: undefined, track },
      );
      assert.notEqual(sentBytes, undefined);
    });
  }
});
