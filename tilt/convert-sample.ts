import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findKubectl, NAMESPACE } from '../deploy/kubernetes/cluster.ts';
import { run } from '../deploy/process/run.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';

// Converts a ten-second video through the whole system. The converter's own ffmpeg makes the video, so that this machine needs none.

const repoRoot = path.resolve(import.meta.dirname, '..');
const folder = path.join(repoRoot, '.data', 'tilt');
const VIDEO_ARGS = '-f lavfi -i testsrc2=d=10:s=320x180 -f lavfi -i sine=d=10:f=440 -f matroska -'.split(' ');
const MAKE_MS = 60_000;
const CONVERT_MS = 5 * 60_000;

async function makeVideo(context: string, file: string, signal: AbortSignal): Promise<void> {
  const inPod = ['--context', context, '--namespace', NAMESPACE, 'exec', 'deployment/converter'];
  const child = spawn(findKubectl(), [...inPod, '--', 'ffmpeg', '-v', 'error', ...VIDEO_ARGS], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(MAKE_MS)]),
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [[code]] = await Promise.all([exited, pipeline(child.stdout, createWriteStream(file))]);
  if (code !== 0)
    throw new Error(`Making the video failed: kubectl exec ended with code ${code}. Its output is above.`);
}

const signal = stopSignal();

await runMain(async () => {
  const context = process.argv[2];
  if (context === undefined || context === '') throw new Error('usage: convert-sample.ts <kubectl context>');
  const video = path.join(folder, 'sample.mkv');
  mkdirSync(folder, { recursive: true });
  try {
    await makeVideo(context, video, signal);
    report('Made a 10 s video; converting it …');
    const convert = [
      'services/gateway/cli/convert.ts',
      '--force',
      '--output',
      folder,
      '--url',
      'http://localhost:8080',
      video,
    ];
    const options = { what: 'Converting', report, signal, cwd: repoRoot, timeoutMs: CONVERT_MS };
    console.log(await run(process.execPath, convert, options));
    report(`The MP3 is ${path.join(folder, 'sample.mp3')}, and the mail at http://localhost:1080`);
  } finally {
    rmSync(video, { force: true });
  }
}, signal);
