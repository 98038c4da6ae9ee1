import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { readAiff } from './aiff.ts';
import { readAsf } from './asf.ts';
import { readAvi } from './avi.ts';
import { readCoreAudio } from './core-audio.ts';
import { type Extent, type ExtentReader, type SoundTrack, UNKNOWN } from './extent.ts';
import { type FileBytes, TooMuchRead, withFileBytes } from './file-bytes.ts';
import { readFlac } from './flac.ts';
import { readFlv } from './flv.ts';
import type { Hole } from './hole.ts';
import { readIsoMedia } from './iso-media.ts';
import { type Converted, judge } from './judge.ts';
import { readAu, readTrueAudio, readWavPack } from './lossless-audio.ts';
import { readMatroska } from './matroska.ts';
import { readMpegAudio } from './mpeg-audio.ts';
import { readMxf } from './mxf.ts';
import { readOgg } from './ogg.ts';
import { readRealMedia } from './real-media.ts';
import { readWave } from './wave.ts';

/**
 * Those that know a file by its first bytes come first. MPEG-TS, MPEG-PS, DV, ADTS, AC-3, DTS and AMR state neither lengths
 * nor sizes, so that nothing can be said about their end.
 */
const READERS: readonly ExtentReader[] = [
  ...[readMatroska, readWave, readAvi, readFlv, readAsf, readOgg, readAiff, readCoreAudio, readRealMedia],
  ...[readAu, readWavPack, readTrueAudio, readFlac, readIsoMedia, readMxf, readMpegAudio],
];

/** Reads what the file says about its own length. */
export async function readExtent(file: FileBytes, track: SoundTrack): Promise<Extent> {
  try {
    for (const read of READERS) {
      const extent = await read(file, track);
      if (extent) return extent;
    }
  } catch (error) {
    if (!(error instanceof TooMuchRead)) throw error;
  }
  return UNKNOWN;
}

/**
 * Judges whether the file at `path` is complete, by what its container states and by what was read of the sound. The
 * reading is bounded. Returns the warning `truncated` or `header_length_wrong`, or undefined.
 */
export async function judgeCompleteness(
  path: string,
  track: SoundTrack,
  converted: Converted,
): Promise<JobWarning | undefined> {
  return judge(await withFileBytes(path, (file) => readExtent(file, track)), converted);
}

/** Before a conversion, nothing is known of the sound. */
const ANY_TRACK: SoundTrack = { position: 1, statedSeconds: undefined, filmStartSeconds: 0 };

/** Whether the bytes of the file say that its end is missing. It tells why a file cannot be read at all. */
export async function isCut(path: string): Promise<boolean> {
  const { end } = await withFileBytes(path, (file) => readExtent(file, ANY_TRACK));
  return end === 'cut';
}

/**
 * Whether it is certain before a conversion that the end of the file is missing.
 * @param hole what was not sent of the file; where the answer is in it, there is none
 */
export async function isCertainlyCut(path: string, hole: Hole): Promise<boolean> {
  const { end, isSuspected = false } = await withFileBytes(path, (file) => readExtent(file, ANY_TRACK), hole);
  return end === 'cut' && !isSuspected;
}
