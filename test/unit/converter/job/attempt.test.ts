import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pino } from 'pino';
import { makeMp3 } from '../../../../services/converter/job/attempt.ts';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { turns } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';

it('an attempt that is called off before its MP3 is read opens no file', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-attempt-'));
  context.after(() => rm(folder, { recursive: true }));
  const blobs = createBlobStore(createMemoryState());
  const source = (async function* () {})();
  const { id: video } = await blobs.write('video', source, { expires: new Date(Date.now() + 60_000) });
  const stop = new AbortController();
  const reason = new Error('called off');
  const making = makeMp3(
    newJob({ status: 'converting', videoBlobId: video, attemptId: 'one' }),
    {
      blobs,
      spool: { prepare: async () => {}, use: (_bytes, work) => work(folder), close: async () => {} },
      async transcode() {
        stop.abort(reason);
        // Opening a file that does not exist fails later, by an `error` event.
        return { path: '/nowhere/output.mp3', parts: 1, verify: () => Promise.reject(reason) };
      },
    },
    { signal: stop.signal, queueUpdate: () => {}, log: pino({ level: 'silent' }) },
  );
  await assert.rejects(making, reason);
  // An `error` event without a listener would fail this test as an uncaught exception.
  await turns(1_000);
});
