import { descriptorsOf, fourLetters } from './descriptor.ts';
import { describeStream, type ElementaryStream, isMpeg4Systems } from './elementary-stream.ts';

const PAT = 0x00;
const PMT = 0x02;
const REGISTRATION = 0x05;
/** Of a section: its table, length, number, version and place. */
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** A table section that is in force: one that is announced for later does not count. */
const content = (section: Uint8Array, table: number): Uint8Array | undefined =>
  section[0] === table && ((section[5] ?? 0) & 1) === 1 && section.length >= HEADER_BYTES + CHECKSUM_BYTES
    ? section.subarray(HEADER_BYTES, section.length - CHECKSUM_BYTES)
    : undefined;

const number16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** Returns the PIDs of the program maps that a section of the PAT lists. Undefined for another section. */
export function mapPids(section: Uint8Array): number[] | undefined {
  const entries = content(section, PAT);
  // A PAT of several sections is that of a whole network.
  if (!entries || section[7] !== 0 || entries.length % 4 !== 0) return undefined;
  const pids: number[] = [];
  for (let at = 0; at < entries.length; at += 4) {
    // The number 0 is that of the network's own table.
    if (number16(entries, at) !== 0) pids.push(number16(entries, at + 2) & 0x1fff);
  }
  return pids;
}

/** Returns the streams that a section of a program map lists, in its order. Undefined where anything in it is not well known. */
export function programStreams(section: Uint8Array): ElementaryStream[] | undefined {
  const map = content(section, PMT);
  if (!map || section[7] !== 0 || map.length < 4) return undefined;
  const start = 4 + (number16(map, 2) & 0x0fff);
  const program = descriptorsOf(map.subarray(4, start));
  if (start > map.length || !program || program.some(isMpeg4Systems)) return undefined;
  const registration = program.findLast(({ tag }) => tag === REGISTRATION);
  const streams: ElementaryStream[] = [];
  for (let at = start; at < map.length; ) {
    const end = at + 5 + (number16(map, at + 3) & 0x0fff);
    const own = end <= map.length ? descriptorsOf(map.subarray(at + 5, end)) : undefined;
    if (!own) return undefined;
    const stream = describeStream({
      pid: number16(map, at + 1) & 0x1fff,
      type: map[at] ?? 0,
      descriptors: own,
      isBluRay: registration !== undefined && fourLetters(registration) === 'HDMV',
    });
    if (!stream || streams.some(({ pid }) => pid === stream.pid)) return undefined;
    streams.push(stream);
    at = end;
  }
  return streams;
}
