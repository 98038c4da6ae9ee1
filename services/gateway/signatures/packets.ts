import { find, fromHex, readUnsigned } from './bytes.ts';

/** MPEG transport streams: plain, with the timestamps of M2TS, and with error correction of 16 bytes. */
const TS_PACKET_BYTES = [188, 192, 204];
/** Packets in a row that are no coincidence wherever they are. */
const TS_PACKETS = 5;
/** Units of a program stream in a row that are no coincidence. */
const PS_UNITS = 3;
const START_CODE = [0, 0, 1];
/** SMPTE 377-1 6.5: a run-in before the header of an MXF file is shorter than this. */
export const MXF_RUN_IN_BYTES = 65_536;
/** The key of a header partition pack. The two bytes after it tell the kind of the partition. */
const MXF_HEADER = fromHex('060e2b34020501010d01020101');
/** Sync words that are searched for: DTS in its byte orders, DTS-HD, TrueHD. */
const SYNC_WORDS = ['7ffe8001', 'fe7f0180', '1fffe800', 'ff1f00e8', '64582025', 'f8726fba'].map(fromHex);

/** Whether packets of a transport stream follow each other anywhere. A recording begins wherever it was started. */
export function containsTransportStream(head: Uint8Array): boolean {
  for (let at = head.indexOf(0x47); at >= 0; at = head.indexOf(0x47, at + 1)) {
    if (TS_PACKET_BYTES.some((bytes) => hasTsPackets(head, at, bytes))) return true;
  }
  return false;
}

function hasTsPackets(head: Uint8Array, start: number, packetBytes: number): boolean {
  for (let count = 0; count < TS_PACKETS; count += 1) {
    const at = start + count * packetBytes;
    // ISO 13818-1 2.4.3.3: decoders discard a packet that has neither a payload nor an adaptation field.
    if (head[at] !== 0x47 || ((head[at + 3] ?? 0) & 0x30) === 0) return false;
  }
  return true;
}

/** Whether packs or packets of an MPEG program stream (ISO 13818-1 2.5, ISO 11172-1) follow each other anywhere. */
export function containsProgramStream(head: Uint8Array): boolean {
  for (let start = find(head, START_CODE); start >= 0; start = find(head, START_CODE, start + 1)) {
    let [at, count] = [start, 0];
    for (let length = psUnitBytes(head, at); length > 0 && count < PS_UNITS; count += 1) {
      at += length;
      length = psUnitBytes(head, at);
    }
    if (count === PS_UNITS) return true;
  }
  return false;
}

/** The length of the pack header, system header or packet at `at`; 0 where there is none. */
function psUnitBytes(head: Uint8Array, at: number): number {
  if (at + 14 > head.length || readUnsigned(head, at, 3) !== 1) return 0;
  const [code = 0, next = 0] = [head[at + 3], head[at + 4]];
  if (code === 0xba) {
    if ((next & 0xc4) === 0x44) return 14 + ((head[at + 13] ?? 0) & 7);
    return (next & 0xf1) === 0x21 ? 12 : 0;
  }
  return code > 0xba ? 6 + readUnsigned(head, at + 4, 2) : 0;
}

/** Whether a DIF sequence of DV (SMPTE 314M) begins anywhere: its header block and its two subcode blocks of 80 bytes. */
export function containsDv(head: Uint8Array): boolean {
  for (let at = head.indexOf(0x1f); at >= 0; at = head.indexOf(0x1f, at + 1)) {
    const sequence = head[at + 1];
    const isBlock = (offset: number, ...block: number[]) =>
      block.every((byte, place) => head[at + offset + place] === byte);
    if (
      sequence !== undefined &&
      (sequence & 0x0f) === 0x07 &&
      head[at + 2] === 0 &&
      isBlock(80, 0x3f, sequence, 0) &&
      isBlock(160, 0x3f, sequence, 1)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether the header of an MXF file follows a run-in. */
export function containsMxf(head: Uint8Array): boolean {
  return find(head.subarray(0, MXF_RUN_IN_BYTES + MXF_HEADER.length), MXF_HEADER) >= 0;
}

/** Whether the same sync word of an audio stream occurs twice. */
export const containsSyncWords = (head: Uint8Array): boolean =>
  SYNC_WORDS.some((word) => {
    const first = find(head, word);
    return first >= 0 && find(head, word, first + word.length) >= 0;
  });
