import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { writePackage } from '../../../deploy/package/package-files.ts';
import type { JobView } from '../../../services/shared/jobs/job-view.ts';
import { formatSize } from '../../../services/shared/runtime/format.ts';
import { apiOf, type Bench } from '../bench.ts';
import { tenMinutes, twoGibibytes } from '../films.ts';
import { expected, median, spread, timed } from '../statistics.ts';

const run = promisify(execFile);
const MAX_SENT = 15e6;

/** Compares the command line as people install it, from a film to its MP3 on the disk, with ffmpeg alone. Tells how much of the films is sent. */
export async function send(bench: Bench): Promise<void> {
  const film = await tenMinutes(bench.filmDir, bench.signal);
  const command = await packedCommand(bench);
  const bare: number[] = [];
  const ours: number[] = [];
  let sent = 0;
  for (let i = 0; i < bench.runs; i++) {
    const out = join(bench.filmDir, 'bare.mp3');
    const args = ['-v', 'error', '-nostdin', '-y', '-i', film, '-q:a', '2', out];
    bare.push((await timed(() => run('ffmpeg', args, { signal: bench.signal })))[0]);
    const [seconds, job] = await timed(() => convertByCommand(bench, command, film));
    ours.push(seconds);
    sent = job.source.size;
  }
  const ratio = median(ours) / median(bare);
  const large = await twoGibibytes(bench.filmDir, bench.signal);
  const [largeSeconds, largeJob] = await timed(() => convertByCommand(bench, command, large));
  const track = await trackBytes(large, bench.signal);
  const share = largeJob.source.size / track;
  console.log(`
From the command line to the MP3 on the disk, -q:a 2
  10 minutes, bare ffmpeg  ${spread(bare)}
  10 minutes, mp3 convert  ${spread(ours)}
  ratio                    ${ratio.toFixed(2)}   ${expected(ratio <= 0.9, '≤ 0.9')}
  sent                     ${formatSize(sent)} of ${formatSize((await stat(film)).size)}   ${expected(sent <= MAX_SENT, `≤ ${formatSize(MAX_SENT)}`)}
  2 GiB, mp3 convert       ${largeSeconds.toFixed(1)} s
  sent of its track        ${formatSize(largeJob.source.size)} of ${formatSize(track)}, ratio ${share.toFixed(3)}   ${expected(share <= 1.02, '≤ 1.02')}`);
}

/** Makes the package of the command line, and returns the path of its program. */
async function packedCommand({ filmDir }: Bench): Promise<string> {
  const folder = join(filmDir, 'mp3converter-cli');
  await writePackage(folder);
  return join(folder, 'mp3.mjs');
}

/** Runs the command line with a new account, so that no earlier job is found. */
async function convertByCommand(bench: Bench, command: string, film: string): Promise<JobView> {
  const { email, password } = await apiOf(bench).newAccount();
  const folder = await mkdtemp(join(bench.filmDir, 'mp3-'));
  try {
    const args = [command, 'convert', film, '-o', join(folder, 'film.mp3'), '--json'];
    const env = {
      ...{ ...process.env, MP3_URL: bench.launched.system.gatewayUrl, MP3_EMAIL: email },
      ...{ MP3_PASSWORD: password, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder },
    };
    const { stdout } = await run(process.execPath, args, { env, signal: bench.signal });
    return JSON.parse(stdout) as JobView;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The size of the first audio track as a film of its own in the same container, as ffmpeg writes it. */
async function trackBytes(film: string, signal: AbortSignal): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-track-'));
  try {
    const track = join(folder, `track${extname(film)}`);
    await run('ffmpeg', ['-v', 'error', '-i', film, '-map', '0:a:0', '-c', 'copy', track], { signal });
    return (await stat(track)).size;
  } finally {
    await rm(folder, { recursive: true });
  }
}
