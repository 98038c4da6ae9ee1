import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { formatSize } from '../../services/shared/runtime/format.ts';
import { durationOf } from '../support/media.ts';
import { apiOf, type Bench, discard, untilDone, upload } from './bench.ts';
import { reportStages, type Stage, stagesOf } from './stages.ts';
import { median, ratioOf, timed } from './statistics.ts';
import { timelineSvg } from './timeline-svg.ts';

const run = promisify(execFile);

/** Converts a film by ffmpeg alone, as a user would do it. Returns the seconds. */
export async function bareSeconds(
  { filmDir, signal }: Bench,
  film: string,
  program = 'ffmpeg',
): Promise<number> {
  const out = join(filmDir, `bare-${basename(film)}.mp3`);
  const args = ['-v', 'error', '-nostdin', '-y', '-i', film, '-q:a', '2', out];
  return (await timed(() => run(program, args, { signal })))[0];
}

/** Seconds, one for each run. */
interface Comparison {
  bare: number[];
  /** From the start of the upload to the MP3. */
  ours: number[];
  /** What the time of each run was spent on. */
  stages: Stage[][];
}

/**
 * Converts a film by ffmpeg alone and by the system, and reports both with their ratio and the stages of the system. Draws the
 * stages of the run of the median time where that is wanted. Returns the seconds of the system.
 * @param title of the film @param most of the ratio
 */
export async function reportComparison(
  bench: Bench,
  film: string,
  { title, most }: { title: string; most: number },
): Promise<number[]> {
  const { report } = bench;
  const heading = `${title}, ${formatSize(await sizeOf(film))}, -q:a 2`;
  report.heading(heading);
  const { bare, ours, stages } = await compareWithBare(bench, film);
  report.row({ name: 'bare ffmpeg', values: bare, unit: 's' });
  report.row({ name: 'upload to done', values: ours, unit: 's' });
  report.row({ name: '÷ bare ffmpeg', values: [ratioOf(ours, bare)], unit: '×', limit: { atMost: most } });
  reportStages(report, stages);
  const drawn = stages[ours.indexOf(median(ours))];
  if (bench.timeline !== undefined && drawn) await writeFile(bench.timeline, timelineSvg(heading, drawn));
  return ours;
}

/** Converts a film by ffmpeg alone and by the system, in turns. */
async function compareWithBare(bench: Bench, film: string): Promise<Comparison> {
  const times: Comparison = { bare: [], ours: [], stages: [] };
  const length = await durationOf(film);
  for (let i = 0; i < bench.runs; i++) {
    times.bare.push(await bareSeconds(bench, film));
    const account = await apiOf(bench).newAccount();
    const beganAt = Date.now();
    const [total, [job, seconds]] = await timed(async () => {
      const [uploading, id] = await timed(() => upload(bench, account, film));
      return [await untilDone(bench, account, id), uploading] as const;
    });
    const off = Math.abs((job.mp3?.duration_seconds ?? 0) - length);
    if (off > 0.1) throw new Error(`the length of the MP3 is ${off} s off`);
    times.ours.push(total);
    times.stages.push(await stagesOf(bench, job.id, { beganAt, seconds }));
    await discard(bench, account, job.id);
  }
  return times;
}

export const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;
