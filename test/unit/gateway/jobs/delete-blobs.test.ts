import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createDeleteBlobs } from '../../../../services/gateway/jobs/delete-blobs.ts';
import { blobsToDelete } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';

const tombstone = () => newJob({ status: 'deleted', orphanedBlobs: ['an-mp3', 'of-an-attempt'] });

/** `remove` deletes a blob instead of the store. The blobs in `unfinished` are still being written. */
function build(
  remove: (id: string, signal: AbortSignal) => Promise<void> = async () => undefined,
  unfinished: readonly string[] = [],
) {
  const deletions: string[] = [];
  const lines = logLines();
  const stopping = new AbortController();
  const blobs = {
    stat: async (id: string) => (unfinished.includes(id) ? undefined : { id, size: 1, sha256: 'ab' }),
    delete: async (id: string, signal?: AbortSignal) => {
      deletions.push(id);
      await remove(id, signal ?? assert.fail('the deletion is not bounded'));
      return true;
    },
  };
  return {
    deletions,
    lines,
    stopping,
    ...createDeleteBlobs(blobs, stopping.signal, pino({ level: 'trace' }, lines)),
  };
}
const whenAborted = (signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('createDeleteBlobs', () => {
  test('deletes all blobs of the job in the background', async () => {
    const { deleteBlobs, settled, deletions } = build();
    const job = tombstone();
    deleteBlobs(job);
    await settled();
    assert.deepEqual(deletions, blobsToDelete(job));
  });

  test('logs a blob that cannot be deleted, and deletes the others', async () => {
    const job = tombstone();
    const { deleteBlobs, settled, deletions, lines } = build((id) =>
      id === job.videoBlobId ? Promise.reject(unavailable('the store')) : Promise.resolve(),
    );
    deleteBlobs(job);
    await settled();
    assert.deepEqual(deletions, blobsToDelete(job));
    assert.deepEqual(
      lines.objects().map(({ level, job_id }) => [level, job_id]),
      [[40, job.id]],
    );
  });

  test('leaves an incomplete blob to the sweep, because it may still be written', async () => {
    const { deleteBlobs, settled, deletions } = build(undefined, ['of-an-attempt']);
    const job = tombstone();
    deleteBlobs(job);
    await settled();
    assert.deepEqual(deletions, [job.videoBlobId, 'an-mp3']);
  });

  test('ends when the service stops, and starts nothing afterwards', async () => {
    const { deleteBlobs, settled, stopping, deletions } = build((_id, signal) => whenAborted(signal));
    deleteBlobs(tombstone());
    stopping.abort(new Error('the service is stopping'));
    await settled();
    const before = deletions.length;
    deleteBlobs(tombstone());
    assert.equal(deletions.length, before);
  });

  test('deletes the blobs of at most four jobs at a time, and leaves other jobs to the sweep', async () => {
    const { deleteBlobs, settled, stopping, deletions } = build((_id, signal) => whenAborted(signal));
    const jobs = Array.from({ length: 6 }, tombstone);
    for (const job of jobs) deleteBlobs(job);
    await runEventLoop(5);
    assert.deepEqual(
      deletions,
      jobs.slice(0, 4).map(({ videoBlobId }) => videoBlobId),
    );
    stopping.abort();
    await settled();
  });

  test('deletes the blobs of the next job when one is finished', async () => {
    const { deleteBlobs, settled, deletions } = build();
    for (let number = 0; number < 6; number++) {
      deleteBlobs(tombstone());
      await settled();
    }
    assert.equal(deletions.length, 18);
  });
});
