import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createDeleteBlobs } from '../../../../services/gateway/jobs/delete-blobs.ts';
import { blobsToDelete } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { turns } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';

const tombstone = () => newJob({ status: 'deleted', orphanedBlobs: ['an-mp3', 'of-an-attempt'] });

/** `remove` stands in for the store; what is among `unfinished` is being written still. */
function build(
  remove: (id: string, signal: AbortSignal) => Promise<void> = async () => undefined,
  unfinished: readonly string[] = [],
) {
  const asked: string[] = [];
  const lines = logLines();
  const stopping = new AbortController();
  const blobs = {
    stat: async (id: string) => (unfinished.includes(id) ? undefined : { id, size: 1, sha256: 'ab' }),
    delete: async (id: string, signal?: AbortSignal) => {
      asked.push(id);
      await remove(id, signal ?? assert.fail('the deletion is not bounded'));
      return true;
    },
  };
  return {
    asked,
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

describe('clearing up after a deleted job', () => {
  test('deletes all its blobs, beside the caller', async () => {
    const { deleteBlobs, settled, asked } = build();
    const job = tombstone();
    deleteBlobs(job);
    await settled();
    assert.deepEqual(asked, blobsToDelete(job));
  });

  test('goes on after a blob that cannot be deleted, and only logs it', async () => {
    const job = tombstone();
    const { deleteBlobs, settled, asked, lines } = build((id) =>
      id === job.videoBlobId ? Promise.reject(unavailable('the store')) : Promise.resolve(),
    );
    deleteBlobs(job);
    await settled();
    assert.deepEqual(asked, blobsToDelete(job));
    assert.deepEqual(
      lines.objects().map(({ level, job_id }) => [level, job_id]),
      [[40, job.id]],
    );
  });

  test('leaves what is not complete to the sweep: it may grow at this moment', async () => {
    const { deleteBlobs, settled, asked } = build(undefined, ['of-an-attempt']);
    const job = tombstone();
    deleteBlobs(job);
    await settled();
    assert.deepEqual(asked, [job.videoBlobId, 'an-mp3']);
  });

  test('ends with the service, which waits for nothing', async () => {
    const { deleteBlobs, settled, stopping, asked } = build((_id, signal) => whenAborted(signal));
    deleteBlobs(tombstone());
    stopping.abort(new Error('the service is stopping'));
    await settled();
    const before = asked.length;
    deleteBlobs(tombstone());
    assert.equal(asked.length, before);
  });

  test('takes on a few jobs at a time; the sweep does the others', async () => {
    const { deleteBlobs, settled, stopping, asked } = build((_id, signal) => whenAborted(signal));
    const jobs = Array.from({ length: 6 }, tombstone);
    for (const job of jobs) deleteBlobs(job);
    await turns(5);
    assert.deepEqual(
      asked,
      jobs.slice(0, 4).map(({ videoBlobId: video }) => video),
    );
    stopping.abort();
    await settled();
  });

  test('takes on the next when one is done', async () => {
    const { deleteBlobs, settled, asked } = build();
    for (let number = 0; number < 6; number++) {
      deleteBlobs(tombstone());
      await settled();
    }
    assert.equal(asked.length, 18);
  });
});
