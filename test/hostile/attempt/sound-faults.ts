import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';

/** How much a file became. */
export interface MadeMp3 {
  /** Undefined where the MP3 was not played. Then its bytes are looked at alone. */
  seconds: number | undefined;
  /** Bytes without the tag. */
  bytes: number;
  /** Hz of the track of the source, where the file states it. */
  sourceRate: number | undefined;
}

/*
 * The bound of sound that docs/ffmpeg-notes.md promises («A small file may make hours of sound»). It is written down here once
 * more, so that a change of the converter does not change what is expected of it.
 */
const GRACE_SECONDS = 120;
const SAMPLES_PER_BYTE = 6000;
const LOWEST_RATE = 8000;
/** The converter recognizes a longer sound by the seconds that it reads further. */
const MARGIN_SECONDS = 3;
/** Frames that are begun, and the header. */
const MARGIN_BYTES = 16 * 1024;

/** The highest bit rates of MPEG-1, MPEG-2 and MPEG-2.5 in bytes per second, by the sample rates above which each is taken. */
const BYTES_PER_SECOND: readonly (readonly [above: number, bytes: number])[] = [
  [24_000, 40_000],
  [12_000, 20_000],
  [-1, 8000],
];

/**
 * Returns what is too much in an MP3, as sentences.
 * @param size bytes of the file
 */
export function soundFaults(
  { seconds, bytes, sourceRate }: MadeMp3,
  size: number,
  { sample_rate, bitrate }: ConversionOptions = {},
): string[] {
  const rate = Math.max(LOWEST_RATE, sourceRate ?? LOWEST_RATE);
  const maxSeconds = GRACE_SECONDS + (size * SAMPLES_PER_BYTE) / rate + MARGIN_SECONDS;
  // A bit rate that is asked for may need a higher sample rate.
  const outputRate = sample_rate ?? (bitrate === undefined ? (sourceRate ?? 44_100) : 44_100);
  const [, bytesPerSecond = 0] = BYTES_PER_SECOND.find(([above]) => outputRate > above) ?? [];
  const maxBytes = Math.ceil(maxSeconds * bytesPerSecond) + MARGIN_BYTES;
  const faults: string[] = [];
  if (seconds !== undefined && seconds > maxSeconds)
    faults.push(
      `${size} bytes became ${Math.round(seconds)} s of sound, and not ${Math.floor(maxSeconds)} s at most`,
    );
  if (bytes > maxBytes)
    faults.push(`${size} bytes became an MP3 of ${bytes} bytes, and not ${maxBytes} at most`);
  return faults;
}
