import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { judgeCompleteness } from '../../../../services/converter/completeness/completeness.ts';
import type { JobWarning } from '../../../../services/shared/jobs/warnings.ts';

const run = promisify(execFile);
const quiet = ['-v', 'fatal'];

/** Judges a file by its packets, without a conversion. */
export async function judgeFile(path: string): Promise<JobWarning | undefined> {
  const [track, converted] = await Promise.all([readTrack(path), readPackets(path)]);
  return await judgeCompleteness(path, track, converted);
}

/** The length that ffprobe finds for the first audio track: its own, or that of Matroska's tag. */
async function readTrack(path: string) {
  const show = ['-show_entries', 'stream=duration:stream_tags=DURATION', '-select_streams', 'a:0'];
  const { stdout } = await run('ffprobe', [...quiet, ...show, '-of', 'json', path]);
  const [stream] = JSON.parse(stdout).streams;
  const [, hours, minutes, seconds] = /^(\d+):(\d+):([\d.]+)$/.exec(stream?.tags?.DURATION ?? '') ?? [];
  const tagged = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const statedSeconds = Number(stream?.duration) || tagged || undefined;
  return { position: 1, statedSeconds, filmStartSeconds: 0 };
}

/** Where the packets of the first audio track end, from the start of the film, and the sum of their durations. */
async function readPackets(path: string) {
  const copy = ['-map', '0:a:0', '-c', 'copy', '-f', 'framecrc', 'pipe:1'];
  const { stdout } = await run('ffmpeg', ['-nostdin', ...quiet, '-copyts', '-i', path, ...copy]);
  const [, numerator, denominator] = /^#tb 0: (\d+)\/(\d+)$/m.exec(stdout) ?? [];
  const unit = Number(numerator) / Number(denominator);
  let endSeconds = 0;
  let sumSeconds = 0;
  for (const [, pts, duration] of stdout.matchAll(/^0, +-?\d+, +(-?\d+), +(\d+),/gm)) {
    sumSeconds += Number(duration) * unit;
    endSeconds = Math.max(endSeconds, (Number(pts) + Number(duration)) * unit);
  }
  return { endSeconds, sumSeconds };
}
