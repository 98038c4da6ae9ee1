import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { OUTPUT } from '../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../services/converter/ffmpeg/verify.ts';
import { checkFrames } from '../../../services/converter/mp3/check-frames.ts';
import { tools } from '../../support/tools.ts';
import type { Bench } from '../bench.ts';
import { SOUNDS, type SoundName, tenMinuteMp3 } from '../make-films.ts';
import { ratioOf, timed } from '../statistics.ts';

const run = promisify(execFile);
/** CPU of the converter, as a share of the time in which ffmpeg decodes the MP3. */
const MOST_CPU = { frames: 0.25, played: 0.8 };

interface Sample {
  seconds: number;
  /** CPU of this process in seconds. */
  cpu: number;
  /** The longest delay of the event loop in milliseconds. */
  delay: number;
}

/**
 * Measures both checks of an MP3: that of the frames that we encoded, and that of frames which were copied, which are decoded, with
 * loudness, true peak and waveform. The meter does the same work while we encode.
 */
export async function check(bench: Bench): Promise<void> {
  bench.report.heading('The check of an MP3 of 10 minutes: its frames alone, and played and measured');
  for (const name of Object.keys(SOUNDS) as SoundName[]) await checkSound(bench, name);
}

async function checkSound(bench: Bench, name: SoundName): Promise<void> {
  const folder = await mkdtemp(join(bench.filmDir, 'check-'));
  const path = join(folder, OUTPUT);
  const { signal } = bench;
  try {
    await copyFile(await tenMinuteMp3(name, bench), path);
    const bare: number[] = [];
    const frames: Sample[] = [];
    const played: Sample[] = [];
    for (let i = 0; i < bench.runs; i++) {
      const args = ['-v', 'error', '-nostdin', '-i', path, '-f', 'null', '-'];
      bare.push((await timed(() => run('ffmpeg', args, { signal })))[0]);
      frames.push(await sample(() => checkFrames(path, signal)));
      played.push(await sample(() => verify({ ...tools, folder, maxDurationSeconds: 3600, signal })));
    }
    bench.report.row({ name: `${name}, by ffmpeg alone`, values: bare, unit: 's' });
    reportSamples(bench, { name: `${name}, frames checked`, samples: frames, bare, most: MOST_CPU.frames });
    reportSamples(bench, { name: `${name}, played`, samples: played, bare, most: MOST_CPU.played });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sample(work: () => Promise<unknown>): Promise<Sample> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  delay.enable();
  const [seconds] = await timed(work);
  delay.disable();
  return { seconds, cpu: process.cpuUsage(before).user / 1e6, delay: delay.max / 1e6 };
}

interface Samples {
  name: string;
  samples: readonly Sample[];
  bare: number[];
  most: number;
}

function reportSamples({ report }: Bench, { name, samples, bare, most }: Samples): void {
  const cpu = samples.map((each) => each.cpu);
  report.row({ name, values: samples.map(({ seconds }) => seconds), unit: 's' });
  report.row({ name: `${name}, CPU of the converter`, values: cpu, unit: 's' });
  const limit = { atMost: most };
  report.row({ name: `${name}, CPU ÷ ffmpeg`, values: [ratioOf(cpu, bare)], unit: '×', limit });
  const delays = samples.map(({ delay }) => delay);
  report.row({ name: `${name}, longest event loop delay`, values: delays, unit: 'ms' });
}
