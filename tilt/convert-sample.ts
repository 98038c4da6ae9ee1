import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findKubectl, NAMESPACE } from '../deploy/kubernetes/cluster.ts';
import { run } from '../deploy/process/run.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';

// A film of ten seconds through the whole system. The converter's own ffmpeg makes it, so that this machine needs none.

const repoRoot = path.resolve(import.meta.dirname, '..');
const folder = path.join(repoRoot, '.data', 'tilt');
const FILM = '-f lavfi -i testsrc2=d=10:s=320x180 -f lavfi -i sine=d=10:f=440 -f matroska -'.split(' ');
const MAKE_MS = 60_000;
const CONVERT_MS = 5 * 60_000;

async function makeFilm(context: string, file: string, signal: AbortSignal): Promise<void> {
  const inPod = ['--context', context, '--namespace', NAMESPACE, 'exec', 'deployment/converter'];
  const child = spawn(findKubectl(), [...inPod, '--', 'ffmpeg', '-v', 'error', ...FILM], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(MAKE_MS)]),
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [[code]] = await Promise.all([exited, pipeline(child.stdout, createWriteStream(file))]);
  if (code !== 0) throw new Error(`No film: kubectl exec ended with code ${code}; it has said why above.`);
}

const signal = stopSignal();

await runMain(async () => {
  const context = process.argv[2];
  if (context === undefined || context === '') throw new Error('usage: convert-sample.ts <kubectl context>');
  const film = path.join(folder, 'sample.mkv');
  mkdirSync(folder, { recursive: true });
  try {
    await makeFilm(context, film, signal);
    report('Made a film of 10 s; converting it …');
    const convert = [
      'services/gateway/cli/convert.ts',
      '--force',
      '--output',
      folder,
      '--url',
      'http://localhost:8080',
      film,
    ];
    const options = { what: 'Converting', report, signal, cwd: repoRoot, timeoutMs: CONVERT_MS };
    console.log(await run(process.execPath, convert, options));
    report(`The MP3 is ${path.join(folder, 'sample.mp3')}, and the mail at http://localhost:1080`);
  } finally {
    rmSync(film, { force: true });
  }
}, signal);
