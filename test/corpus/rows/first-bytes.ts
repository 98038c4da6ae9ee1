import { randomBytes } from '../../support/random.ts';
import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import { type Film, makeFilm } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

const before = (head: Buffer) => (bytes: Buffer) => Buffer.concat([head, bytes]);
const behind = (tail: Buffer) => (bytes: Buffer) => Buffer.concat([bytes, tail]);

/** A box of MP4 that readers skip. */
function box(type: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(size);
  bytes.write(type, 4, 'latin1');
  return bytes;
}

/** An ID3v2.3 tag of one padded frame; sizes have 7 bits a byte. */
function id3(size: number): Buffer {
  const head = Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1');
  for (let n = 0; n < 4; n++) head[9 - n] = (size >> (7 * n)) & 0x7f;
  return Buffer.concat([head, Buffer.alloc(size)]);
}

/** The end of a packet of a transport stream, without the byte by which packets are found. */
const tailOfPacket = (size: number) => randomBytes(size).map((byte) => (byte === 0x47 ? 0 : byte)) as Buffer;

/** A chunk of RIFF behind the head of 12 bytes. */
const chunkInRiff = (name: string, size: number) => (bytes: Buffer) => {
  const chunk = Buffer.alloc(8 + size);
  chunk.write(name, 'latin1');
  chunk.writeUInt32LE(size, 4);
  const copy = Buffer.concat([bytes.subarray(0, 12), chunk, bytes.subarray(12)]);
  copy.writeUInt32LE(copy.length - 8, 4);
  return copy;
};

const rename = (name: string) => (bytes: Buffer) =>
  Buffer.concat([Buffer.from(name, 'latin1'), bytes.subarray(name.length)]);
/** Takes the box `ftyp` off; old QuickTime files have none. The offsets in the index are kept by a box of the same size. */
const withoutFtyp = (bytes: Buffer) =>
  Buffer.concat([box('wide', bytes.readUInt32BE(0)), bytes.subarray(bytes.readUInt32BE(0))]);

type Case = [ContainerName, CodecName, what: string, edit: (bytes: Buffer) => Buffer, warnings?: string[]];
const CASES: Case[] = [
  ['ts', 'aac', 'starts in mid-packet', before(tailOfPacket(100))],
  ['ts', 'mp2', 'starts one byte before a packet', before(tailOfPacket(1))],
  ['m2ts', 'ac3', 'starts in mid-packet', before(tailOfPacket(150))],
  ['ts', 's302m', '5 KB of zeros before', before(Buffer.alloc(5000))],
  ['mp3 (no Xing header)', 'mp3', '4 KB of zeros before', before(Buffer.alloc(4096))],
  ['mp3', 'mp3', 'ID3 tag of 1 MB before', before(id3(1_000_000))],
  ['mp3 (no Xing header)', 'mp3', '10 KB of zeros before', before(Buffer.alloc(10_000))],
  ['adts', 'aac', 'ID3 tag before', before(id3(3000))],
  ['adts', 'aac', '2 KB of zeros before', before(Buffer.alloc(2048))],
  ['flac', 'flac', 'ID3 tag before', before(id3(3000))],
  ['ac3', 'ac3', 'ID3 tag before', before(id3(300))],
  ['ac3', 'ac3', '500 bytes of zeros before', before(Buffer.alloc(500))],
  ['dts', 'dts', '500 bytes of zeros before', before(Buffer.alloc(500))],
  ['cmaf', 'aac', 'begins with styp', before(box('styp', 24))],
  ['cmaf', 'aac', 'begins with sidx', before(box('sidx', 44))],
  ['fragmented mp4', 'opus', 'begins with free', before(box('free', 5000))],
  ['fragmented mp4', 'aac', 'begins with uuid', before(box('uuid', 64))],
  ['mp4 (index at the end)', 'aac', 'no ftyp', withoutFtyp],
  ['mov', 'pcm_s16le', 'no ftyp', withoutFtyp],
  ['rf64', 'pcm_s16le', 'as BW64', rename('BW64')],
  ['wav', 'pcm_s24le', 'a chunk of 100 KB before the format', chunkInRiff('junk', 100_000)],
  ['wav', 'pcm_s16le', 'bext before the format', chunkInRiff('bext', 602)],
  ['avi', 'mp3', 'a chunk of 4 KB before the header', chunkInRiff('JUNK', 4096)],
  ['mpeg', 'mp2', '300 bytes of zeros before', before(Buffer.alloc(300))],
  ['wav', 'pcm_s16le', '10 KB of zeros behind', behind(Buffer.alloc(10_000)), ['header_length_wrong']],
  ['mp3', 'mp3', 'ID3v1 behind', behind(Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]))],
  ['flac', 'flac', 'ID3v1 behind', behind(Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]))],
];

export const firstBytesRows: Row[] = CASES.map(([container, codec, what, edit, optionalWarnings = []]) => {
  const film: Film = { container, codec };
  const row = filmRow('first bytes', what, film);
  return {
    ...row,
    make: async (bench) => bench.edit(await makeFilm(bench, film), edit),
    expected: 'mp3' in row.expected ? { mp3: { ...row.expected.mp3, optionalWarnings } } : row.expected,
  };
});
