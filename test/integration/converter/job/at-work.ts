import assert from 'node:assert/strict';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import type { Transcode } from '../../../../services/converter/ffmpeg/transcode.ts';
import { video } from '../../../support/media.ts';
import type { Setting } from './setting.ts';

/** Calls `act` when ffmpeg has converted something, before the rest. */
export const midway = (act: (signal: AbortSignal) => Promise<unknown>): Transcode => {
  return async ({ signal, onTime }) => {
    onTime(1);
    await act(signal);
    signal.throwIfAborted();
    throw new Error('not aborted');
  };
};

/** ffmpeg on a source without an end, in the private folder of the attempt. */
export const endless: Transcode = async ({ folder, signal, onProbe, onTime }) => {
  const source = [
    '-nostdin',
    '-v',
    'error',
    '-stats',
    '-re',
    '-f',
    'lavfi',
    '-i',
    'anullsrc',
    '-f',
    'null',
    '-',
  ];
  onProbe({
    duration_seconds: 100,
    tracks: [],
    audio: { index: 0, sampleRate: 1, channels: 1, expectedSeconds: 100, expectedOf: 'track', stated: true },
  });
  onTime(1);
  await runTool('ffmpeg', source, { folder, signal, timeoutSeconds: 1000 });
  throw new Error('it ended');
};

export const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function progressed(setting: Setting, job: { id: string }): Promise<undefined> {
  while ((await setting.job(job)).progress === 0) await new Promise(setImmediate);
}

/** `act` is called when the job shows progress, and ffmpeg is at work until something ends it. */
export async function whileConverting(setting: Setting, act: (id: string) => Promise<unknown>) {
  const job = await setting.submit(await video(2));
  const running = setting.deliver(job).then(
    () => 'resolved',
    (error: unknown) => error,
  );
  const early = await Promise.race([running, progressed(setting, job)]);
  assert.equal(early, undefined, 'ended before it was met at work');
  await act(job.id);
  return { job, outcome: await running };
}
