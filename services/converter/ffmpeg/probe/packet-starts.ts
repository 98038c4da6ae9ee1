/** Packets of one stream that are looked at: the first one may not be the first one that is shown. */
const PACKETS = 8;
/** Packets of all streams that are looked at, because a stream may be empty or begin late. */
const MAX_PACKETS = 20_000;
/** A packet without a time has the least number of 64 bits (AV_NOPTS_VALUE). */
const MAX_TIME = 2 ** 62;

/** Reads where streams begin from the output of ffmpeg's `framecrc`: `#tb 1: 1/44100` and `1, <dts>, <pts>, …`. */
export function createPacketReader() {
  const inputs = new Map<string, number>();
  const timeBases = new Map<string, number>();
  const starts = new Map<string, { packets: number; seconds: number }>();
  let packets = 0;
  return {
    readMapping(line: string): void {
      const [, input, output] = /^ {2}Stream #0:(\d+) -> #0:(\d+) \(copy\)$/.exec(line) ?? [];
      if (output !== undefined) inputs.set(output, Number(input));
    },
    read(line: string): void {
      const [, of, numerator, denominator] = /^#tb (\d+): (\d+)\/(\d+)$/.exec(line) ?? [];
      if (of !== undefined) timeBases.set(of, Number(numerator) / Number(denominator));
      const [, stream, pts] = /^(\d+), +-?\d+, +(-?\d+),/.exec(line) ?? [];
      if (stream === undefined) return;
      const before = starts.get(stream) ?? { packets: 0, seconds: Number.POSITIVE_INFINITY };
      if (before.packets < PACKETS) {
        const isTimed = Math.abs(Number(pts)) < MAX_TIME;
        const shown = isTimed
          ? Number(pts) * (timeBases.get(stream) ?? Number.NaN)
          : Number.POSITIVE_INFINITY;
        starts.set(stream, { packets: before.packets + 1, seconds: Math.min(before.seconds, shown) });
      }
      packets += 1;
    },
    /** Whether enough packets of each stream are known. */
    isComplete: (): boolean =>
      packets > 0 && [...timeBases.keys()].every((key) => starts.get(key)?.packets === PACKETS),
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
