import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pino } from 'pino';
import { makeMp3 } from '../../../../services/converter/job/make-mp3.ts';
import { createStages } from '../../../../services/converter/job/stages.ts';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import type { AttemptUpdate } from '../../../../services/shared/jobs/transitions.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';

it('makeMp3 opens no file when it is aborted before its MP3 is read', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-attempt-'));
  context.after(() => rm(folder, { recursive: true }));
  const blobs = createBlobStore(createMemoryState());
  const source = (async function* () {})();
  const { id: video } = await blobs.write('video', source, { expires: new Date(Date.now() + 60_000) });
  const stop = new AbortController();
  const reason = new Error('aborted');
  const making = makeMp3(
    newJob({ status: 'converting', videoBlobId: video, attemptId: 'one' }),
    {
      blobs,
      spool: { prepare: async () => {}, use: (_bytes, work) => work(folder), close: async () => {} },
      async transcode() {
        stop.abort(reason);
        // Opening this missing file would fail later, with an `error` event.
        return {
          ...{ path: '/nowhere/output.mp3', parts: 1, wasEarly: false, warnings: [] },
          id3: Buffer.alloc(0),
          verify: () => Promise.reject(reason),
        };
      },
    },
    { signal: stop.signal, queueUpdate: () => {}, stages: createStages(), log: pino({ level: 'silent' }) },
  );
  await assert.rejects(making, reason);
  // Without a listener, the `error` event would fail this test as an uncaught exception.
  await runEventLoop(1_000);
});

it('makeMp3 reports the progress of the part that the options select', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-attempt-'));
  context.after(() => rm(folder, { recursive: true }));
  const blobs = createBlobStore(createMemoryState());
  const source = (async function* () {})();
  const { id: video } = await blobs.write('video', source, { expires: new Date(Date.now() + 60_000) });
  const updates: AttemptUpdate[] = [];
  const reason = new Error('enough was converted');
  const making = makeMp3(
    newJob({
      ...{ status: 'converting', videoBlobId: video, attemptId: 'one' },
      options: { start: 30, end: 40 },
    }),
    {
      blobs,
      spool: { prepare: async () => {}, use: (_bytes, work) => work(folder), close: async () => {} },
      async transcode({ onProbe, onTime }) {
        onProbe({
          ...{ formatName: 'avi', durationSeconds: 7200, filmStartSeconds: 0, tracks: [] },
          ...{
            audio: audioTrack({ expectedSeconds: 7200 }),
            hasPictures: false,
            inputArguments: [],
            warnings: [],
          },
        });
        onTime(5);
        throw reason;
      },
    },
    {
      signal: new AbortController().signal,
      queueUpdate: (fields) => updates.push(fields),
      stages: createStages(),
      log: pino({ level: 'silent' }),
    },
  );
  await assert.rejects(making, reason);
  assert.equal(updates.at(-1)?.progress, 0.5);
});
