import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAccept } from '../../../services/gateway/accept.ts';
import { createAnnouncer } from '../../../services/gateway/announce.ts';
import { createLinks } from '../../../services/gateway/links.ts';
import { createBlobStore } from '../../../services/shared/blobs.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { createJobIndex } from '../../../services/shared/job-index.ts';
import { createJobStore } from '../../../services/shared/job-store.ts';
import { createLog } from '../../../services/shared/log.ts';
import { createMemoryState, type StateStore } from '../../../services/shared/state.ts';
import { newJob, OWNER } from '../../support/job.ts';
import { logLines } from '../../support/lines.ts';
import { inPieces } from '../../support/random.ts';
import { mp4 } from './footage.ts';

const RETENTION = 3600;
const request = { user: OWNER, options: { quality: 2 }, traceId: '0af7651916cd43dd8448eb211c80319c' };
const upload = () => ({ filename: 'a.mp4', bytes: inPieces(mp4(3_000_000)) });

/** `failing` are the keys that cannot be put. */
function build({ failing, now }: { failing?: RegExp; now?: () => number } = {}) {
  const memory = createMemoryState(now);
  const state: StateStore = {
    ...memory,
    put: (key, ...rest) =>
      failing?.test(key) ? Promise.reject(unavailable('the store')) : memory.put(key, ...rest),
  };
  const announced: string[] = [];
  const accept = createAccept({
    blobs: createBlobStore(state),
    jobs: createJobStore(state),
    index: createJobIndex(state, RETENTION),
    links: createLinks('http://localhost', 'secret'),
    announce: ({ id }) => announced.push(id),
    maxUploadBytes: 10_000_000,
    retentionSeconds: RETENTION,
  });
  return { accept, memory, announced };
}

describe('accepting a video', () => {
  test('saves the video, its place in the index, and the job, and announces it', async () => {
    const { accept, memory, announced } = build();
    const job = await accept(upload(), request);
    assert.deepEqual(announced, [job.id]);
    const kinds = memory.keys().map((key) => key.split(':')[0]);
    assert.deepEqual(kinds, ['chunk', 'chunk', 'chunk', 'blob', 'jobs-of', 'open', 'job']);
    assert.equal(Date.parse(job.expires_at) - Date.parse(job.created_at), RETENTION * 1000);
    assert.match(job.download_url, new RegExp(`^http://localhost/download/${job.id}\\?expires=`));
  });

  for (const [what, failing] of [
    ['the video', /^blob/],
    ["the owner's list", /^jobs-of/],
    ['the index of open jobs', /^open/],
    ['the job', /^job:/],
  ] as const) {
    test(`leaves no video when ${what} cannot be saved, and announces nothing`, async () => {
      const { accept, memory, announced } = build({ failing });
      await assert.rejects(accept(upload(), request), { code: 'unavailable' });
      assert.deepEqual(
        memory.keys().filter((key) => /^(chunk|blob|job:)/.test(key)),
        [],
      );
      assert.deepEqual(announced, []);
    });
  }

  test('lets nothing live for ever, and a video as long as its job', async () => {
    let now = Date.now();
    const { accept, memory } = build({ now: () => now });
    await accept(upload(), request);
    now += (RETENTION - 60) * 1000;
    assert.equal(memory.keys().length, 7);
    now += 48 * 3600 * 1000;
    assert.deepEqual(memory.keys(), []);
  });
});

describe('announcing a job', () => {
  test('publishes what a converter needs, and no more', async () => {
    const published: [string, object][] = [];
    const announcer = createAnnouncer(
      async (...event) => void published.push(event),
      createLog('gateway', 'silent'),
    );
    const job = newJob();
    announcer.announce(job);
    await announcer.settled();
    assert.deepEqual(published, [['video', { job_id: job.id, trace_id: job.trace_id }]]);
  });

  test('does not fail when the broker is away: the sweep makes up for it', async () => {
    const lines = logLines();
    const announcer = createAnnouncer(
      () => Promise.reject(unavailable('the message broker')),
      createLog('gateway', 'info', lines),
    );
    const job = newJob();
    announcer.announce(job);
    await announcer.settled();
    const [line] = lines.objects();
    assert.deepEqual([line.level, line.job_id, line.trace_id], [40, job.id, job.trace_id]);
  });
});
