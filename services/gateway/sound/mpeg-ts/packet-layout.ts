import type { BufferedFile } from '../buffered-file.ts';

/** Bytes of a packet, without what some files put before or after each. */
const PACKET_BYTES = 188;
export const SYNC = 0x47;
/** The PID of packets that only fill the rate. */
export const NULL_PID = 0x1fff;

/** How packets lie in a file. */
export interface PacketLayout {
  /** Bytes from one packet to the next. */
  step: number;
  /** Bytes before the sync byte: a Blu-ray disc puts a time code of 4 bytes there. */
  before: number;
}

/** Plain packets, and those of a Blu-ray disc (M2TS). */
const LAYOUTS: readonly PacketLayout[] = [
  { step: 188, before: 0 },
  { step: 192, before: 4 },
];
/** Packets in a row that have to begin with the sync byte. Other data has one by chance in every 256 bytes. */
const IN_STEP = 40;

/** Returns how packets lie in the file, or undefined where it does not begin with packets. */
export async function findPacketLayout(bytes: BufferedFile): Promise<PacketLayout | undefined> {
  const head = await bytes.read(0, IN_STEP * 192);
  return LAYOUTS.find(({ step, before }) => {
    if (head.length < IN_STEP * step) return false;
    for (let number = 0; number < IN_STEP; number++) {
      if (head[number * step + before] !== SYNC) return false;
    }
    return true;
  });
}

/** A packet, as far as it lies open. @see ISO 13818-1 2.4.3.2 */
export interface Packet {
  pid: number;
  /** Whether a PES packet or a section begins in it. */
  isStart: boolean;
  isScrambled: boolean;
  /** Without the header and the adaptation field. Empty where it has none. */
  payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** @param at where the sync byte of the packet is in `bytes` */
export function parsePacket(bytes: Uint8Array, at: number): Packet {
  const [high = 0, low = 0, flags = 0, length = 0] = bytes.subarray(at + 1, at + 5);
  const hasPayload = (flags & 0x10) !== 0;
  const start = at + 4 + ((flags & 0x20) === 0 ? 0 : 1 + length);
  const end = at + PACKET_BYTES;
  return {
    pid: ((high & 0x1f) << 8) | low,
    isStart: (high & 0x40) !== 0,
    isScrambled: (flags & 0xc0) !== 0,
    payload: hasPayload && start < end ? bytes.subarray(start, end) : EMPTY,
  };
}
