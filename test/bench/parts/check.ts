import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { OUTPUT } from '../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../services/converter/ffmpeg/verify.ts';
import { tools } from '../../support/tools.ts';
import type { Bench } from '../bench.ts';
import { SOUNDS, type SoundName, tenMinuteMp3 } from '../make-films.ts';
import { ratioOf, timed } from '../statistics.ts';

const run = promisify(execFile);
const MOST_CPU = 0.8;

/** Measures the check of an MP3, which decodes it and measures its loudness, true peak and waveform. */
export async function check(bench: Bench): Promise<void> {
  bench.report.heading('The check of an MP3 of 10 minutes, with its loudness, true peak and waveform');
  for (const name of Object.keys(SOUNDS) as SoundName[]) await checkSound(bench, name);
}

async function checkSound(bench: Bench, name: SoundName): Promise<void> {
  const folder = await mkdtemp(join(bench.filmDir, 'check-'));
  try {
    await copyFile(await tenMinuteMp3(name, bench), join(folder, OUTPUT));
    const bare: number[] = [];
    const checks: number[] = [];
    const cpu: number[] = [];
    const delays: number[] = [];
    for (let i = 0; i < bench.runs; i++) {
      const args = ['-v', 'error', '-nostdin', '-i', join(folder, OUTPUT), '-f', 'null', '-'];
      bare.push((await timed(() => run('ffmpeg', args, { signal: bench.signal })))[0]);
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const before = process.cpuUsage();
      delay.enable();
      checks.push((await timed(() => verifyIn(folder, bench.signal)))[0]);
      delay.disable();
      cpu.push(process.cpuUsage(before).user / 1e6);
      delays.push(delay.max / 1e6);
    }
    const { report } = bench;
    const limit = { atMost: MOST_CPU };
    report.row({ name: `${name}, by ffmpeg alone`, values: bare, unit: 's' });
    report.row({ name: `${name}, checked`, values: checks, unit: 's' });
    report.row({ name: `${name}, CPU of the converter`, values: cpu, unit: 's' });
    report.row({ name: `${name}, CPU ÷ ffmpeg`, values: [ratioOf(cpu, bare)], unit: '×', limit });
    report.row({ name: `${name}, longest event loop delay`, values: delays, unit: 'ms' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const verifyIn = (folder: string, signal: AbortSignal) =>
  verify({ ...tools, folder, maxDurationSeconds: 3600, signal });
