/** What the demuxer has read of the track. */
export interface Packets {
  count: number;
  /**
   * Seconds of sound that the packets hold, without those that the container says to leave out. Rather too few where packets
   * differ in length.
   */
  sumSeconds: number;
  /** The largest end of a packet on the clock of the container, in seconds. Undefined without a packet. */
  endSeconds: number | undefined;
}

export interface PacketCounter {
  readonly packets: Packets;
  /** Reads a line that ffmpeg's `framecrc` writes. */
  read(line: string): void;
}

/** Flag of a packet that is decoded but not played, because an edit list leaves it out (AV_PKT_FLAG_DISCARD). */
const DISCARD = 0x4;
/** Seconds by which timestamps of a fine time base may be wrong. */
const JITTER = 0.0001;
/** Seconds of the coarsest time base in which a distance is more exact than a duration. */
const MAX_TICK = 0.0025;

/**
 * Counts the packets that ffmpeg's muxer `framecrc` lists: one line `stream, dts, pts, duration, size, checksum` for each, in
 * the time base that a line `#tb 0: 1/1000` states. These durations cannot simply be added:
 *
 * - They are rounded to the time base. In Matroska, many of them would add up to an error of several percent. Where a packet
 *   follows the one before it, the distance counts instead.
 * - In MP4, the duration of a packet reaches up to the next packet, also across a hole. So a packet counts no more than the
 *   usual duration.
 * - Some packets have no duration. Then the distance to the next packet counts.
 */
export function createPacketCounter(): PacketCounter {
  let tick = 0;
  let count = 0;
  let sum = 0;
  let end: number | undefined;
  let last: { time: number; duration: number } | undefined;
  const usualDuration = createUsualDuration();

  function add(time: number, stated: number, isDiscarded: boolean): void {
    count += 1;
    const duration = stated > 0 ? usualDuration(stated) : 0;
    if (last) sum += correction(last.duration, time - last.time);
    if (!isDiscarded) sum += duration;
    last = isDiscarded ? undefined : { time, duration };
    end = Math.max(end ?? time + duration, time + duration);
  }

  /** Returns what is to be added to the duration of the last packet, which was counted already. */
  function correction(duration: number, distance: number): number {
    if (duration === 0) return distance > 0 ? usualDuration(distance) : 0;
    const isRounding = tick <= MAX_TICK && Math.abs(distance - duration) <= Math.max(1, JITTER / tick);
    return isRounding ? distance - duration : 0;
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
      if (fields.length > 4 && Number.isFinite(time)) add(time, Number(fields[3]) || 0, isDiscarded);
    },
  };
}

/** Returns a function that limits a duration to the usual one. A longer duration is usual when it comes twice in a row. */
function createUsualDuration(): (duration: number) => number {
  let usual = 0;
  let last = 0;
  return (duration) => {
    const isUsual = usual === 0 || duration <= 1.5 * usual || Math.abs(duration - last) <= 1;
    last = duration;
    if (isUsual) usual = duration;
    return isUsual ? duration : usual;
  };
}
