import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Launched, launch } from '../../deploy/local/launch.ts';
import { requireSpace } from '../../deploy/process/disk-space.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { newStateFolder, stateFolder } from '../support/state-folder.ts';
import { blobs } from './parts/blobs.ts';
import { bogus } from './parts/bogus.ts';
import { cancel } from './parts/cancel.ts';
import { check } from './parts/check.ts';
import { convert } from './parts/convert.ts';
import { logins } from './parts/logins.ts';
import { memory } from './parts/memory.ts';
import { page } from './parts/page.ts';
import { requests } from './parts/requests.ts';
import { send } from './parts/send.ts';
import { sweep } from './parts/sweep.ts';
import { uploads } from './parts/uploads.ts';

const usage = `npm run bench -- [--blobs sqlite|mongodb|postgresql|redis] [--runs 3] [--only memory,uploads,convert,check,send,page,blobs,requests,logins,bogus,cancel,sweep]

Starts a system of its own and measures it. Each row of the output ends with what is expected, and with MISSED if that is not met.
Times differ between machines and runs, so compare the ratios and medians of one run.

  --blobs  the state store (default sqlite)
  --runs   how often each measurement is repeated (default 3)
  --only   the parts to run, separated by commas (default: all):
           memory    peak memory while 2 GiB are uploaded and converted
           uploads   speed of resumable uploads, compared with POST /upload, and the gateway's memory
           convert   time from upload to MP3, compared with ffmpeg alone
           check     time and CPU of the check of an MP3, compared with ffmpeg that decodes it
           send      time from a film to its MP3 by the command line, compared with ffmpeg alone, and the bytes sent
           page      time from the drop of a film on the web page to the first sound of its MP3, in Chromium
           blobs     speed of blobs through a sidecar
           requests  rate of authorized requests
           logins    how much many wrong logins at once slow down other users
           bogus     how much wrong logins slow down right ones, from one address and from 50
           cancel    time until a cancelled conversion has stopped
           sweep     cost of one pass of the sweep
`;

const repoRoot = resolve(import.meta.dirname, '../..');
const benchDir = join(repoRoot, '.data', 'bench');

/**
 * Memory comes first, because a process that has served other load keeps some memory of it. The sweep comes last, because
 * its jobs have no videos.
 */
const PARTS = { memory, uploads, convert, check, send, page, blobs, requests, logins, bogus, cancel, sweep };

/** These parts send a film of 2 GiB, which is then in the store, in the converter's spool folder and on its way as well. */
const LARGE_PARTS: ReadonlySet<string> = new Set(['memory', 'uploads', 'send']);
const LARGE_BYTES = 9_000e6;
const SMALL_BYTES = 2_000e6;

/** The gateway's own sweep must not touch the jobs of the benchmark, and its only account may send as much as many users. */
const ENV = { SWEEP_SECONDS: '3600', MAX_UPLOADS_PER_USER: '64', MAX_DOWNLOADS_PER_USER: '64' };

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
  const bytes = chosen.some((name) => LARGE_PARTS.has(name)) ? LARGE_BYTES : SMALL_BYTES;
  let launched: Launched | undefined;
  try {
    requireSpace([{ folder: stateRoot, bytes, what: 'films, and the data of a system' }]);
    const choice = { blobs: values.blobs };
    launched = await launch({ repoRoot, stateRoot, choice, env: ENV, report, signal });
    console.log(
      `\n${cpus().length} cores (${cpus()[0]?.model}), blobs in ${values.blobs}, ${values.runs} runs, medians`,
    );
    const bench = { launched, stateRoot, filmDir: stateRoot, runs: Number(values.runs), signal };
    for (const [name, part] of Object.entries(PARTS)) if (chosen.includes(name)) await part(bench);
  } finally {
    await launched?.stop();
    await rm(stateRoot, { recursive: true, force: true });
  }
}

const signal = stopSignal(join(stateFolder(benchDir), '.data'));
await runMain(() => main(signal), signal);
