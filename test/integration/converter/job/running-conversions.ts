import assert from 'node:assert/strict';
import { runTool } from '../../../../services/converter/ffmpeg/run-tool.ts';
import type { Transcode } from '../../../../services/converter/transcode/transcode.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { video } from '../../../support/media.ts';
import { ffmpeg } from '../../../support/tools.ts';
import type { TestConverter } from './test-converter.ts';

/** A conversion that calls `act` midway, and fails unless that aborts it. */
export const actMidway = (act: (signal: AbortSignal) => Promise<unknown>): Transcode => {
  return async ({ signal, onTime }) => {
    onTime(1);
    await act(signal);
    signal.throwIfAborted();
    throw new Error('not aborted');
  };
};

/** A conversion that never ends: it runs ffmpeg on an endless source, in the private folder of the attempt. */
export const endless: Transcode = async ({ folder, signal, onProbe, onTime }) => {
  const source = [
    ...['-nostdin', '-v', 'error', '-stats', '-re'],
    ...['-f', 'lavfi', '-i', 'anullsrc', '-f', 'null', '-'],
  ];
  onProbe({
    formatName: 'wav',
    durationSeconds: 100,
    filmStartSeconds: 0,
    tracks: [],
    audio: audioTrack({ sampleRate: 1, channels: 1, expectedSeconds: 100 }),
    hasPictures: false,
    inputArguments: [],
    warnings: [],
  });
  onTime(1);
  await runTool(ffmpeg, source, { folder, signal, timeoutSeconds: 1000 });
  throw new Error('it ended');
};

/** Resolves when the signal is aborted. */
export const abortOf = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function waitForProgress(converter: TestConverter, job: { id: string }): Promise<undefined> {
  while ((await converter.job(job)).progress === 0) await new Promise(setImmediate);
}

/** Delivers a job, calls `act` when the job shows progress, and waits for the end of the delivery. */
export async function whileConverting(converter: TestConverter, act: (id: string) => Promise<unknown>) {
  const job = await converter.submit(await video(2));
  const running = converter.deliver(job).then(
    () => 'resolved',
    (error: unknown) => error,
  );
  const early = await Promise.race([running, waitForProgress(converter, job)]);
  assert.equal(early, undefined, 'the delivery ended before the job showed progress');
  await act(job.id);
  return { job, outcome: await running };
}
