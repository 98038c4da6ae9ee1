/** What the demuxer has read of the track. */
export interface Packets {
  count: number;
  /** Seconds of sound that the packets hold, without those that the container says to leave out. */
  sumSeconds: number;
  /** The end of the last packet on the clock of the container, in seconds. Undefined without a packet. */
  endSeconds: number | undefined;
}

export interface PacketCounter {
  readonly packets: Packets;
  /** Reads a line that ffmpeg's `framecrc` writes. */
  read(line: string): void;
}

/** Flag of a packet that is decoded but not played, because an edit list leaves it out (AV_PKT_FLAG_DISCARD). */
const DISCARD = 0x4;
/** Seconds by which the rounding of timestamps may change a distance. */
const ROUNDING = 0.0025;

/**
 * Counts the packets that ffmpeg's muxer `framecrc` lists: one line `stream, dts, pts, duration, size, checksum` for each, in
 * the time base that a line `#tb 0: 1/1000` states. A duration is rounded to that time base, so that many of them would add up
 * to an error of several percent in Matroska. Where a packet follows the one before it, the distance counts instead.
 */
export function createPacketCounter(): PacketCounter {
  let tick = 0;
  let count = 0;
  let sum = 0;
  let end: number | undefined;
  let last: { time: number; duration: number } | undefined;

  function add(time: number, duration: number, isDiscarded: boolean): void {
    count += 1;
    const distance = last ? time - last.time : Number.NaN;
    // The duration of the last packet was added already.
    if (last && Math.abs(distance - last.duration) * tick <= ROUNDING) sum += distance - last.duration;
    if (isDiscarded) {
      last = undefined;
    } else {
      sum += duration;
      last = { time, duration };
    }
    end = Math.max(end ?? time + duration, time + duration);
  }

  return {
    get packets() {
      return { count, sumSeconds: sum * tick, endSeconds: end === undefined ? undefined : end * tick };
    },
    read(line) {
      if (line.startsWith('#')) {
        const [, numerator, denominator] = /^#tb 0: (\d+)\/(\d+)$/.exec(line) ?? [];
        if (numerator !== undefined) tick = Number(numerator) / Number(denominator);
        return;
      }
      const fields = line.split(',', 7);
      const flags = fields[6]?.trim();
      const isDiscarded = flags?.startsWith('F=') === true && (Number(flags.slice(2)) & DISCARD) !== 0;
      const time = Number(fields[1]);
      if (Number.isFinite(time)) add(time, Number(fields[3]) || 0, isDiscarded);
    },
  };
}
