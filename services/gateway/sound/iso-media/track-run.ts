import { Unplannable } from './boxes.ts';

/** Flags of `trun` (ISO 14496-12, 8.8.8). */
const FLAG = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
};

/** What a run or its track says of samples that say nothing themselves. */
export interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

/** A run of samples in a fragment, one behind the other. Times are in ticks of the track. */
export interface TrackRun {
  version: number;
  flags: number;
  count: number;
  /** Where its first sample is, from the base of the fragment of the track. Undefined where the run does not say so. */
  dataOffset: number | undefined;
  /** The fields after the number of samples and the offset, as they are. */
  rest: Uint8Array;
  totalBytes: number;
  totalTicks: number;
  first: { size: number; duration: number; flags: number; composition: number };
  /** The least composition offset of any sample. */
  leastComposition: number;
}

/** @param content of the box `trun` */
export function readTrackRun(content: DataView, defaults: Defaults): TrackRun {
  if (content.byteLength < 8) throw new Unplannable('A run of samples is cut off.');
  const head = content.getUint32(0);
  const [version, flags, count] = [head >>> 24, head & 0xffffff, content.getUint32(4)];
  const has = (flag: number) => (flags & flag) !== 0;
  const fields = [FLAG.duration, FLAG.size, FLAG.flags, FLAG.composition].filter(has).length;
  let at = 8 + (has(FLAG.dataOffset) ? 4 : 0);
  const restStart = at;
  const headBytes = at + (has(FLAG.firstFlags) ? 4 : 0);
  if (content.byteLength < headBytes + 4 * fields * count || count > content.byteLength + 1e6)
    throw new Unplannable('A run of samples is cut off.');
  const firstFlags = has(FLAG.firstFlags) ? content.getUint32(restStart) : undefined;
  at = headBytes;
  const next = () => {
    at += 4;
    return content.getUint32(at - 4);
  };
  const run = { totalBytes: 0, totalTicks: 0, leastComposition: 0 };
  let first = { size: 0, duration: 0, flags: 0, composition: 0 };
  for (let sample = 0; sample < count; sample++) {
    const duration = has(FLAG.duration) ? next() : defaults.duration;
    const size = has(FLAG.size) ? next() : defaults.size;
    const sampleFlags = has(FLAG.flags) ? next() : defaults.flags;
    const composition = has(FLAG.composition) ? next() | 0 : 0;
    // ffmpeg gives up the whole film.
    if (size === 0) throw new Unplannable('A sample is empty.');
    if (sample === 0) first = { size, duration, flags: firstFlags ?? sampleFlags, composition };
    run.totalBytes += size;
    run.totalTicks += duration;
    run.leastComposition = Math.min(run.leastComposition, composition);
  }
  const { buffer, byteOffset, byteLength } = content;
  return {
    ...{ version, flags, count, first, ...run },
    dataOffset: has(FLAG.dataOffset) ? content.getInt32(8) : undefined,
    rest: new Uint8Array(buffer, byteOffset + restStart, byteLength - restStart),
  };
}

/** A new box, and where in it the offset of the data is. */
export interface NewRun {
  bytes: Uint8Array;
  offsetAt: number;
}

/** Returns the run with an offset of its own. */
export function copyTrackRun({ version, flags, count, rest }: TrackRun): NewRun {
  const run = emptyRun({ version, flags: flags | FLAG.dataOffset, count, moreBytes: rest.length });
  run.bytes.set(rest, 20);
  return run;
}

/**
 * Returns a run that lasts as long as the given ones together, with little in it. ffmpeg tells the start of a track by its first
 * sample and by the least composition offset, so there are two samples where that is another one.
 *
 * @param bytes of the first sample. A second one has one byte: the one after it.
 */
export function shortenTrackRuns(runs: readonly TrackRun[], bytes: number): NewRun & { totalBytes: number } {
  const [{ first, version } = { first: undefined, version: 0 }] = runs;
  if (!first) throw new Unplannable('There are no samples.');
  const ticks = runs.reduce((sum, { totalTicks }) => sum + totalTicks, 0);
  const least = Math.min(...runs.map(({ leastComposition }) => leastComposition));
  const samples = [{ ...first, size: bytes, duration: ticks }];
  if (least < Math.min(0, first.composition)) {
    samples[0] = { ...first, size: bytes };
    samples.push({ ...first, size: 1, duration: ticks - first.duration, composition: least });
  }
  if (ticks >= 2 ** 32) throw new Unplannable('A fragment is too long.');
  const flags = FLAG.dataOffset | FLAG.duration | FLAG.size | FLAG.flags | FLAG.composition;
  const run = emptyRun({ version, flags, count: samples.length, moreBytes: 16 * samples.length });
  const view = new DataView(run.bytes.buffer, 20);
  for (const [index, sample] of samples.entries()) {
    const values = [sample.duration, sample.size, sample.flags, sample.composition];
    for (const [field, value] of values.entries()) view.setInt32(16 * index + 4 * field, value | 0);
  }
  return { ...run, totalBytes: samples.reduce((sum, { size }) => sum + size, 0) };
}

function emptyRun(run: { version: number; flags: number; count: number; moreBytes: number }): NewRun {
  const bytes = new Uint8Array(20 + run.moreBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  bytes.set(
    [...'trun'].map((letter) => letter.charCodeAt(0)),
    4,
  );
  view.setUint32(8, run.version * 2 ** 24 + run.flags);
  view.setUint32(12, run.count);
  return { bytes, offsetAt: 16 };
}
