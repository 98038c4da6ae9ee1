import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { judgeCompleteness } from '../../../../services/converter/completeness/completeness.ts';
import type { JobWarning } from '../../../../services/shared/jobs/warnings.ts';

const run = promisify(execFile);
const COPY = ['-map', '0:a:0', '-c', 'copy', '-f', 'framecrc', 'pipe:1'];

/**
 * Judges a file by the packets of its first audio track, without a conversion.
 *
 * @param filmStartSeconds where the clock of the film starts, on the clock of the file.
 */
export async function judgeFile(path: string, filmStartSeconds = 0): Promise<JobWarning | undefined> {
  const { stdout, stderr } = await readPackets(path);
  const [, numerator, denominator] = /^#tb 0: (\d+)\/(\d+)$/m.exec(stdout) ?? [];
  const unit = Number(numerator) / Number(denominator);
  let endSeconds = 0;
  let sumSeconds = 0;
  for (const [, pts, duration] of stdout.matchAll(/^0, +-?\d+, +(-?\d+), +(\d+),/gm)) {
    endSeconds = Math.max(endSeconds, (Number(pts) + Number(duration)) * unit);
    sumSeconds += Number(duration) * unit;
  }
  // Where the clock starts later, Matroska states ends on that clock.
  const stated = statedLength(stderr);
  const statedSeconds = stated && stated > filmStartSeconds ? stated - filmStartSeconds : stated;
  const track = { position: 1, statedSeconds, filmStartSeconds };
  const converted = { endSeconds: endSeconds - filmStartSeconds, sumSeconds };
  return await judgeCompleteness(path, track, converted);
}

/** Lists the packets. A fragmented MP4 may have been cut inside an index, which ffmpeg then has to ignore. */
async function readPackets(path: string) {
  const args = (...options: string[]) => [
    '-nostdin',
    '-v',
    'info',
    '-copyts',
    ...options,
    '-i',
    path,
    ...COPY,
  ];
  return await run('ffmpeg', args()).catch(() => run('ffmpeg', args('-fflags', '+ignidx')));
}

/** Reads from ffmpeg's description how long the last track is by its own tag, or else how long the file is. */
function statedLength(description: string): number | undefined {
  const tag = /^ +DURATION +: (\d+):(\d+):([\d.]+)$/gm;
  const [, hours, minutes, seconds] =
    [...description.matchAll(tag)].at(-1) ?? /^ {2}Duration: (\d+):(\d+):([\d.]+)/m.exec(description) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) || undefined;
}
