import type { ReadAt } from './read-at.ts';

const SYNC = 0x47;
/** Sizes of a packet: the plain one, with a time code (Blu-ray) and with error correction. */
const PACKET_SIZES = [188, 192, 204];
const SAMPLE_BYTES = 4 * 1024 * 1024;
/** Packets in a row that begin with the sync byte. */
const IN_STEP = 5;

/**
 * Returns the PIDs of a transport stream whose packets are scrambled, as a recording of pay television has them. ffmpeg takes
 * no notice of it.
 *
 * @see ISO 13818-1 2.4.3.3 (`transport_scrambling_control`)
 */
export async function scrambledStreams(read: ReadAt): Promise<Set<number>> {
  const sample = await read(0, SAMPLE_BYTES);
  const counts = new Map<number, { scrambled: number; clear: number }>();
  for (const packet of packets(sample)) {
    const [, high = 0, low = 0, control = 0] = packet;
    if ((control & 0x10) === 0) continue; // It has no payload.
    const pid = ((high & 0x1f) << 8) | low;
    const count = counts.get(pid) ?? { scrambled: 0, clear: 0 };
    if (control >> 6 === 0) count.clear += 1;
    else count.scrambled += 1;
    counts.set(pid, count);
  }
  return new Set([...counts].filter(([, { scrambled, clear }]) => scrambled > clear).map(([pid]) => pid));
}

function* packets(sample: Buffer): Generator<Buffer> {
  for (let start = 0; start < 2 * 204; start += 1) {
    const size = PACKET_SIZES.find((each) =>
      [...Array(IN_STEP).keys()].every((number) => sample[start + number * each] === SYNC),
    );
    if (size === undefined) continue;
    for (let offset = start; offset + 4 <= sample.length; offset += size) {
      if (sample[offset] === SYNC) yield sample.subarray(offset, offset + 4);
    }
    return;
  }
}
