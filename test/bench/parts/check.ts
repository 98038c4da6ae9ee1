import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { OUTPUT } from '../../../services/converter/ffmpeg/untrusted-input.ts';
import { verify } from '../../../services/converter/ffmpeg/verify.ts';
import { tools } from '../../support/tools.ts';
import type { Bench } from '../bench.ts';
import { SOUNDS, type SoundName, tenMinuteMp3 } from '../films.ts';
import { expected, median, spread, timed } from '../statistics.ts';

const run = promisify(execFile);
const MOST_CPU = 0.8;

/** Measures the check of an MP3, which decodes it and measures its loudness, true peak and waveform. */
export async function check(bench: Bench): Promise<void> {
  const rows: string[] = [];
  for (const name of Object.keys(SOUNDS) as SoundName[]) rows.push(await checkSound(bench, name));
  console.log(`
The check of an MP3 of 10 minutes, with its loudness, true peak and waveform${rows.join('')}`);
}

async function checkSound(bench: Bench, name: SoundName): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-check-'));
  try {
    await copyFile(await tenMinuteMp3(bench.filmDir, name, bench.signal), join(folder, OUTPUT));
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
    const ratio = median(cpu) / median(bare);
    return `
  ${name}, by ffmpeg alone     ${spread(bare)}
  ${name}, checked             ${spread(checks)}
  CPU time of the converter  ${spread(cpu)}, ratio ${ratio.toFixed(2)}   ${expected(ratio <= MOST_CPU, `≤ ${MOST_CPU}`)}
  longest event loop delay   ${spread(delays, 'ms')}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const verifyIn = (folder: string, signal: AbortSignal) =>
  verify({ ...tools, folder, maxDurationSeconds: 3600, signal });
