import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import autocannon from 'autocannon';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { durationOf } from '../support/media.ts';
import { peakMb, resetPeak } from '../support/peak-memory.ts';
import { newStateFolder, stateFolder } from '../support/state-folder.ts';
import { apiOf, type Bench, expected, gatewaySidecar, median, spread, timed, upload } from './bench.ts';
import { blobSpeed } from './blob-speed.ts';
import { cancel } from './cancel.ts';
import { tenMinutes, twoGibibytes } from './films.ts';
import { logins } from './logins.ts';
import { sweep } from './sweep.ts';

const usage = `npm run bench -- [--blobs sqlite|mongodb|postgresql|redis] [--runs 3] [--only memory,convert,blobs,requests,logins,cancel,sweep]

Measures a system of its own: memory during 2 GiB, end-to-end time against bare ffmpeg, blobs, authorised requests,
what users notice of many wrong logins, how soon a cancelled conversion has stopped, what a pass of the sweep costs.
Machines are noisy: compare ratios and medians of one run.
`;

const run = promisify(execFile);
const repoRoot = resolve(import.meta.dirname, '../..');
const benchDir = join(repoRoot, '.data', 'bench');

async function convert(bench: Bench): Promise<void> {
  const film = await tenMinutes(benchDir, bench.signal);
  const api = apiOf(bench);
  const bare: number[] = [];
  const ours: number[] = [];
  const uploads: number[] = [];
  for (let i = 0; i < bench.runs; i++) {
    const out = join(benchDir, 'bare.mp3');
    const args = ['-v', 'error', '-nostdin', '-y', '-i', film, '-q:a', '2', out];
    bare.push((await timed(() => run('ffmpeg', args, { signal: bench.signal })))[0]);
    const account = await api.newAccount();
    const [total, job] = await timed(async () => {
      const [uploading, id] = await timed(() => upload(bench, account, film));
      uploads.push(uploading);
      return api.finished(account, id);
    });
    if (job.status !== 'done') throw new Error(JSON.stringify(job.error));
    const off = Math.abs((job.mp3?.duration_seconds ?? 0) - (await durationOf(film)));
    if (off > 0.1) throw new Error(`the MP3 is ${off} s off`);
    ours.push(total);
  }
  const { size } = await stat(film);
  const ratio = median(ours) / median(bare);
  console.log(`
10 minutes, ${(size / 1e6).toFixed(0)} MB, -q:a 2
  bare ffmpeg              ${spread(bare)}
  upload to done           ${spread(ours)}, of which upload ${median(uploads).toFixed(2)} s
  ratio                    ${ratio.toFixed(2)}   ${expected(ratio <= 1.3, '≤ 1.3')}`);
}

async function blobs(bench: Bench): Promise<void> {
  const sidecar = gatewaySidecar(bench);
  const mib = 256;
  const { put, get } = await blobSpeed(sidecar.state, { mib, runs: bench.runs });
  await sidecar.close();
  console.log(`
Blobs of ${mib} MiB, through a sidecar
  put                      ${put.toFixed(0)} MiB/s   ${expected(put >= 60, '≥ 60')}
  get                      ${get.toFixed(0)} MiB/s   ${expected(get >= 200, '≥ 200')}`);
}

async function requests(bench: Bench): Promise<void> {
  const api = apiOf(bench);
  const account = await api.newAccount();
  const film = await tenMinutes(benchDir, bench.signal);
  const id = await upload(bench, account, film);
  await api.finished(account, id);
  const rates: number[] = [];
  let latency = 0;
  for (let i = 0; i < bench.runs; i++) {
    const result = await autocannon({
      url: `${bench.launched.system.gatewayUrl}/jobs/${id}`,
      headers: { authorization: `Bearer ${account.token}` },
      connections: 32,
      duration: 10,
    });
    if (result.non2xx + result.errors > 0)
      throw new Error(`${result.non2xx + result.errors} requests failed`);
    rates.push(result.requests.average);
    latency = result.latency.p99;
  }
  console.log(`
Authorised GET /jobs/:id, 32 connections
  rate                     ${median(rates).toFixed(0)} requests/s, p99 ${latency} ms   ${expected(median(rates) >= 1_500, '≥ 1,500')}`);
}

async function memory(bench: Bench): Promise<void> {
  const film = await twoGibibytes(benchDir, bench.signal);
  const api = apiOf(bench);
  const account = await api.newAccount();
  const { gateway, converter } = bench.launched.system.apps;
  const pids = [gateway.appPid ?? 0, converter.appPid ?? 0] as const;
  await Promise.all(pids.map(resetPeak));
  const id = await upload(bench, account, film);
  const job = await api.finished(account, id);
  if (job.status !== 'done') throw new Error(JSON.stringify(job.error));
  const [gatewayMb, converterMb] = await Promise.all([peakMb(pids[0]), peakMb(pids[1])]);
  console.log(`
${((await stat(film)).size / 2 ** 30).toFixed(2)} GiB uploaded and converted, peak resident memory of the Node processes, freshly started
  gateway                  ${gatewayMb.toFixed(0)} MB   ${expected(gatewayMb <= 200, '≤ 200')}
  converter                ${converterMb.toFixed(0)} MB   ${expected(converterMb <= 200, '≤ 200')}`);
}

/** Memory first: a process that has served other load keeps some of what it needed for that. The sweep last: its jobs have no video. */
const PARTS = { memory, convert, blobs, requests, logins, cancel, sweep };

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: {
      blobs: { type: 'string', default: 'sqlite' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', default: Object.keys(PARTS).join(',') },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const chosen = values.only.split(',');
  if (chosen.some((name) => !Object.hasOwn(PARTS, name))) throw new Error(usage);
  const stateRoot = await newStateFolder(benchDir, report);
  // The gateway's own sweep must not touch the jobs of the bench, and its one account may send as much as many users.
  const env = { SWEEP_SECONDS: '3600', MAX_UPLOADS_PER_USER: '64', MAX_DOWNLOADS_PER_USER: '64' };
  let launched: Launched | undefined;
  try {
    launched = await launch({ repoRoot, stateRoot, choice: { blobs: values.blobs }, env, report, signal });
    console.log(
      `\n${cpus().length} cores (${cpus()[0]?.model}), blobs in ${values.blobs}, ${values.runs} runs, medians`,
    );
    for (const [name, part] of Object.entries(PARTS)) {
      if (chosen.includes(name)) await part({ launched, stateRoot, runs: Number(values.runs), signal });
    }
  } finally {
    await launched?.stop();
    await rm(stateRoot, { recursive: true, force: true });
  }
}

const signal = stopSignal(join(stateFolder(benchDir), '.data'));
await runMain(() => main(signal), signal);
