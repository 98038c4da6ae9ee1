import { availableParallelism } from 'node:os';
import { bareSeconds, reportComparison } from '../bare-ffmpeg.ts';
import type { Bench } from '../bench.ts';
import { currentFfmpeg } from '../current-ffmpeg.ts';
import { tenMinutes } from '../make-films.ts';
import { ratioOf } from '../statistics.ts';

/** Several cores encode the parts of one film at once; a single one has the work of the system in addition. */
const MOST = { oneCore: 1.2, several: 0.85 };

/** Compares the time from the upload of a film to its MP3 with that of ffmpeg alone. */
export async function convert(bench: Bench): Promise<void> {
  const film = await tenMinutes(bench);
  const most = availableParallelism() === 1 ? MOST.oneCore : MOST.several;
  const ours = await reportComparison(bench, film, { title: '10 minutes', most });
  await compareWithCurrent(bench, film, ours);
}

async function compareWithCurrent(bench: Bench, film: string, ours: number[]): Promise<void> {
  const { report } = bench;
  const current = await currentFfmpeg(bench);
  if ('missing' in current)
    return report.row({ name: 'a current ffmpeg', values: [], unit: 's', notMeasured: current.missing });
  const bare: number[] = [];
  for (let i = 0; i < bench.runs; i++) bare.push(await bareSeconds(bench, film, current.program));
  report.row({ name: `a current ffmpeg, ${current.version}`, values: bare, unit: 's' });
  report.row({ name: '÷ a current ffmpeg', values: [ratioOf(ours, bare)], unit: '×' });
}
