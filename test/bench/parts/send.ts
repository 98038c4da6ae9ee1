import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { writePackage } from '../../../deploy/package/package-files.ts';
import type { JobView } from '../../../services/shared/jobs/job-view.ts';
import { bareSeconds, sizeOf } from '../bare-ffmpeg.ts';
import { apiOf, type Bench } from '../bench.ts';
import { tenMinutes, twoGibibytes } from '../make-films.ts';
import { ratioOf, timed } from '../statistics.ts';

const run = promisify(execFile);
const MOST_SENT_MB = 15;

/** Compares the command line as people install it, from a film to its MP3 on the disk, with ffmpeg alone. Tells how much of the films is sent. */
export async function send(bench: Bench): Promise<void> {
  const { report } = bench;
  const film = await tenMinutes(bench);
  const command = await packedCommand(bench);
  const bare: number[] = [];
  const ours: number[] = [];
  const sent: number[] = [];
  for (let i = 0; i < bench.runs; i++) {
    bare.push(await bareSeconds(bench, film));
    const [seconds, job] = await timed(() => convertByCommand(bench, command, film));
    ours.push(seconds);
    sent.push(job.source.size / 1e6);
  }
  report.heading('From the command line to the MP3 on the disk, -q:a 2');
  report.row({ name: '10 minutes, bare ffmpeg', values: bare, unit: 's' });
  report.row({ name: '10 minutes, mp3 convert', values: ours, unit: 's' });
  report.row({
    ...{ name: '10 minutes, ÷ bare ffmpeg', values: [ratioOf(ours, bare)], unit: '×' },
    limit: { atMost: 0.9 },
  });
  const note = `of ${((await sizeOf(film)) / 1e6).toFixed(1)} MB`;
  report.row({
    ...{ name: '10 minutes, sent', values: sent, unit: 'MB', digits: 1, note },
    limit: { atMost: MOST_SENT_MB },
  });
  await sendLarge(bench, command);
}

async function sendLarge(bench: Bench, command: string): Promise<void> {
  const film = await twoGibibytes(bench);
  const [seconds, { source }] = await timed(() => convertByCommand(bench, command, film));
  bench.report.row({ name: '2 GiB, mp3 convert', values: [seconds], unit: 's', digits: 1 });
  bench.report.row({
    ...{
      name: '2 GiB, sent ÷ its track',
      values: [source.size / (await trackBytes(bench, film))],
      unit: '×',
    },
    ...{ digits: 3, limit: { atMost: 1.02 } },
  });
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
async function trackBytes({ filmDir, signal }: Bench, film: string): Promise<number> {
  const track = join(filmDir, `track${extname(film)}`);
  await run('ffmpeg', ['-v', 'error', '-y', '-i', film, '-map', '0:a:0', '-c', 'copy', track], { signal });
  return sizeOf(track);
}
