import type { MeasuredDetails } from '../../shared/jobs/attached-details.ts';
import type { VerifiedMp3 } from '../ffmpeg/verify.ts';

/** @param bytes of the MP3 without its tag */
export function measuredDetails(
  { seconds, sound }: VerifiedMp3,
  { bytes, steps }: { bytes: number; steps: MeasuredDetails['steps'] },
): MeasuredDetails {
  return {
    bitrate_kbps: toTenths((bytes * 8) / seconds / 1000),
    integrated_lufs: decibels(sound.integrated),
    true_peak_dbtp: decibels(sound.truePeak),
    peaks: sound.peaks.map((peak) => Math.round(Math.min(1, peak) * 255)),
    steps,
  };
}

/** JSON has no infinity, to which damaged frames can decode. */
const decibels = (level: number | undefined): number | null =>
  level !== undefined && Number.isFinite(level) ? toTenths(level) : null;

const toTenths = (value: number): number => Math.round(value * 10) / 10;
