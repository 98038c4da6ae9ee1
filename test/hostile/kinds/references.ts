import { box, FTYP, fullBox, join, mp4, u16, u32le } from '../bytes/iso.ts';
import type { HostileFile } from '../hostile-file.ts';
import type { Targets } from '../witnesses/targets.ts';
import { urlsOf } from '../witnesses/targets.ts';

type Case = [name: string, make: HostileFile['make']];

/**
 * An alias record of classic Mac OS, by which a track names another file: two levels up from the folder of an attempt, and the
 * last two parts of the path down.
 */
function alias(path: string): Buffer {
  const head = Buffer.alloc(150);
  head.writeUInt16BE(3, 130);
  head.writeUInt16BE(2, 132);
  const entry = (type: number, value: string) =>
    join(u16(type), u16(value.length), value, Buffer.alloc(value.length % 2));
  // Tag 2 is the absolute path, tag 18 that of POSIX, and tag -1 is the end.
  return Buffer.concat([head, entry(2, path), entry(18, path), u16(0xffff), u16(0)]);
}

/** A MOV whose sound is said to be the bytes of another file. ffmpeg opens that file where an option allows it. */
export const withAlias = (path: string): Buffer =>
  mp4({ reference: fullBox('dref', 1, box('alis', 0, alias(path))) });

/** Tracks of MP4 whose sound is said to be elsewhere, and movies that consist of addresses. */
function movieCases(target: string, url: string, path: string): Case[] {
  const reference = (type: string, ...parts: (Buffer | string | number)[]): Buffer =>
    fullBox('dref', 1, box(type, ...parts));
  const movie = (...parts: Buffer[]) => Buffer.concat([FTYP, box('moov', ...parts)]);
  const rdrf = (type: string) => box('rmda', fullBox('rdrf', type, url.length + 1, `${url}\0`));
  return [
    [`dref url of MP4 → ${target}`, () => mp4({ reference: reference('url ', 0, `${url}\0`) })],
    [`dref urn of MP4 → ${target}`, () => mp4({ reference: reference('urn ', 0, 'x\0', `${url}\0`) })],
    ['dref alias of MOV', () => withAlias(path)],
    ['dref resource of MOV', () => mp4({ reference: reference('rsrc', 0, alias(path)) })],
    [`reference movie → ${target}`, () => movie(box('rmra', rdrf('url '), rdrf('alis')))],
    [`reference movie beside a track → ${target}`, () => mp4({ more: [box('rmra', rdrf('url '))] })],
    [
      `streamed track → ${target}`,
      () =>
        mp4({
          more: [
            box('udta', box('hnti', box('rtp ', 'sdp ', `v=0\nc=IN IP4 127.0.0.1\na=control:${url}\n`))),
          ],
        }),
    ],
    [
      `link in udta → ${target}`,
      () => mp4({ more: [box('udta', box('©url', u16(url.length), u16(0), url), box('WLOC', url))] }),
    ],
    [
      `track reference to itself → ${target}`,
      () => mp4({ more: [box('trak', box('tref', box('chap', 1), box('cdsc', 1)))] }),
    ],
  ];
}

const GUIDS = {
  script: '301afb1e620bd011a39b00a0c90348f6',
  branding: 'fab3112223bdd211b4b700a0c955fc6e',
  content: '3326b2758e66cf11a6d900aa0062ce6c',
};

/** Inserts an object into the header of an ASF. */
function withObject(asf: Buffer, guid: string, content: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(content.length + 24));
  const object = Buffer.concat([Buffer.from(guid, 'hex'), size, content]);
  const bytes = Buffer.concat([asf.subarray(0, 30), object, asf.subarray(30)]);
  bytes.writeBigUInt64LE(asf.readBigUInt64LE(16) + BigInt(object.length), 16);
  bytes.writeUInt32LE(asf.readUInt32LE(24) + 1, 24);
  return bytes;
}

const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
const short = (value: number): Buffer => u32le(value).subarray(0, 2);

/** Other containers that can name a file or a page. */
function otherCases(target: string, url: string): Case[] {
  const command = Buffer.concat([
    ...[Buffer.alloc(16), short(1), short(1), short(3), Buffer.from('URL', 'utf16le'), u32le(0)],
    ...[short(0), short(url.length), Buffer.from(url, 'utf16le')],
  ]);
  const brand = Buffer.concat([
    u32le(1),
    u32le(url.length),
    Buffer.from(url),
    u32le(url.length),
    Buffer.from(url),
    u32le(0),
  ]);
  const locator = join(
    Buffer.from('060e2b34025301010d01010101013200', 'hex'),
    Buffer.from([0x83, 0, 0, 0]),
    u16(0x4001),
    u16(wide(url).length),
    wide(url),
  );
  locator[19] = locator.length - 20;
  return [
    [
      `script command of ASF → ${target}`,
      async ({ film }) => withObject(await film('asf/wmav1'), GUIDS.script, command),
    ],
    [
      `branding of ASF → ${target}`,
      async ({ film }) => withObject(await film('asf/wmav1'), GUIDS.branding, brand),
    ],
    [
      `locator of MXF → ${target}`,
      async ({ film }) => {
        const mxf = await film('mxf/pcm_s16le');
        const at = mxf.indexOf(Buffer.from('060e2b34025301010d010101', 'hex'));
        return Buffer.concat([mxf.subarray(0, at), locator, mxf.subarray(at)]);
      },
    ],
    [
      `RealMedia with an address of ${target}`,
      async ({ film }) => {
        const real = await film('realmedia/ac3');
        const at = real.indexOf('CONT');
        const content = join(u16(0), u16(url.length), url, u16(0), u16(0), u16(0));
        return Buffer.concat([
          real.subarray(0, at),
          join('CONT', content.length + 8, content),
          real.subarray(at),
        ]);
      },
    ],
    [
      `address in the script of FLV → ${target}`,
      async ({ film }) => {
        const flv = await film('flv/mp3');
        const data = join(
          '\x02',
          u16(10),
          'onMetaData\x08',
          2,
          u16(3),
          'url\x02',
          u16(url.length),
          url,
          u16(9),
          'httpHostHeader\x02',
          u16(url.length),
          url,
          '\0\0\x09',
        );
        const tag = join(0x12000000 | data.length, Buffer.alloc(7), data, data.length + 11);
        return Buffer.concat([flv.subarray(0, 13), tag, flv.subarray(13)]);
      },
    ],
    [
      `segment of Matroska that continues in ${target}`,
      ({ ffmpeg }) =>
        ffmpeg(
          '-f',
          'lavfi',
          '-i',
          'sine=d=1',
          '-metadata',
          `prev_filename=${url}`,
          '-metadata',
          `next_filename=${url}`,
          '-c:a',
          'aac',
          '-f',
          'matroska',
        ),
    ],
  ];
}

/** Films that say that their sound, or more of it, is in another place. */
export function referenceFiles(targets: Targets): HostileFile[] {
  const urls = Object.entries(urlsOf(targets));
  const those = (...names: string[]) => urls.filter(([name]) => names.includes(name));
  const cases = [
    ...those('file url', 'http', 'unix', 'relative path').flatMap(([name, url]) =>
      movieCases(name, url, targets.text),
    ),
    ...those('file url', 'http').flatMap(([name, url]) => otherCases(name, url)),
  ];
  const seen = new Set<string>();
  return cases
    .filter(([name]) => !seen.has(name) && seen.add(name))
    .map(([name, make]) => ({ kind: 'reference', name, make, isProbed: true }));
}
