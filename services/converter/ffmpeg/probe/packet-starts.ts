/** Packets of one stream that are looked at: the first one may not be the first one that is shown. */
const PACKETS = 8;
/** Packets of all streams that are looked at, because a stream may be empty or begin late. */
const MAX_PACKETS = 20_000;
/**
 * Packets of other streams after which no further packet of a stream is waited for: frames that are shown in another order stand next
 * to each other. The first packet of a picture is waited for no longer, because a picture that was left out has none that ffmpeg
 * copies, and when a late one begins does not matter.
 */
const MAX_BETWEEN = 1000;
/** A packet without a time has the least number of 64 bits (AV_NOPTS_VALUE). */
const MAX_TIME = 2 ** 62;

const NONE = { packets: 0, seconds: Number.POSITIVE_INFINITY, last: 0 };

/** Reads where streams begin from the output of ffmpeg's `framecrc`: `#tb 1: 1/44100`, `#media_type 1: audio` and `1, <dts>, <pts>, …`. */
export function createPacketReader() {
  const inputs = new Map<string, number>();
  const timeBases = new Map<string, number>();
  const pictures = new Set<string>();
  const starts = new Map<string, { packets: number; seconds: number; last: number }>();
  let packets = 0;

  function isKnown(stream: string): boolean {
    const { packets: found, last } = starts.get(stream) ?? NONE;
    return found === PACKETS || ((found > 0 || pictures.has(stream)) && packets - last > MAX_BETWEEN);
  }

  return {
    readMapping(line: string): void {
      const [, input, output] = /^ {2}Stream #0:(\d+) -> #0:(\d+) \(copy\)$/.exec(line) ?? [];
      if (output !== undefined) inputs.set(output, Number(input));
    },
    read(line: string): void {
      const [, of, numerator, denominator] = /^#tb (\d+): (\d+)\/(\d+)$/.exec(line) ?? [];
      if (of !== undefined) timeBases.set(of, Number(numerator) / Number(denominator));
      const [, picture] = /^#media_type (\d+): video$/.exec(line) ?? [];
      if (picture !== undefined) pictures.add(picture);
      const [, stream, pts] = /^(\d+), +-?\d+, +(-?\d+),/.exec(line) ?? [];
      if (stream === undefined) return;
      const before = starts.get(stream) ?? NONE;
      if (before.packets < PACKETS) {
        const isTimed = Math.abs(Number(pts)) < MAX_TIME;
        const shown = isTimed
          ? Number(pts) * (timeBases.get(stream) ?? Number.NaN)
          : Number.POSITIVE_INFINITY;
        const seconds = Math.min(before.seconds, shown);
        starts.set(stream, { packets: before.packets + 1, seconds, last: packets });
      }
      packets += 1;
    },
    /** Whether enough packets of each stream are known. */
    isComplete: (): boolean => packets > 0 && [...timeBases.keys()].every(isKnown),
    /** Whether the rest of the file is not worth reading. */
    isTooMany: (): boolean => packets >= MAX_PACKETS,
    /** Whether ffmpeg could list packets at all. */
    hasBegun: (): boolean => timeBases.size > 0,
    /** The streams that have packets, by their index in the file, and the seconds of the first one. */
    found(): Map<number, number | undefined> {
      const found = [...starts].flatMap(([output, { seconds }]): [number, number | undefined][] => {
        const index = inputs.get(output);
        return index === undefined ? [] : [[index, Number.isFinite(seconds) ? seconds : undefined]];
      });
      return new Map(found);
    },
  };
}
