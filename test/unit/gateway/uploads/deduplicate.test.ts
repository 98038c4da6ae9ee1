import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retryWith } from '../../../../services/shared/jobs/generations.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import type { Kept } from '../../../../services/shared/jobs/job-view.ts';
import {
  cancel,
  claim,
  complete,
  fail,
  rename,
  tombstone,
} from '../../../../services/shared/jobs/transitions.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../sample-uploads.ts';
import { RETENTION_SECONDS } from '../sweep/in-memory-sweep.ts';
import { createInMemoryUploads as build, upload, VIDEO } from './in-memory-uploads.ts';

type Harness = ReturnType<typeof build>;
const STRANGER = {
  id: '99999999-8d0b-4a53-9a35-0d6c2c1f7b10',
  email: 'eve@example.com',
  group: 'user' as const,
};
const MP3 = { size: 9, sha256: 'ab', duration_seconds: 1 };

const claimOne = ({ jobs }: Harness, id: string) => jobs.update(id, claim('one'));
const finish = async (harness: Harness, id: string) => {
  await claimOne(harness, id);
  await harness.jobs.update(id, complete('one', { mp3: MP3, warnings: [] }, {}));
};
const failOne = async (harness: Harness, id: string) => {
  await claimOne(harness, id);
  await harness.jobs.update(id, fail('one', { code: 'no_audio', detail: 'no sound' }, {}));
};

describe('createDeduplicate, for content that its owner uploads again with the same options', () => {
  test('returns the earlier job when that is done, and stores nothing of the new upload', async (context) => {
    const harness = build(context);
    const first = await harness.storeUpload();
    await finish(harness, first.id);
    const before = harness.memory.keys().sort();
    const again = await harness.storeUpload();
    assert.deepEqual([again.id, again.status], [first.id, 'done']);
    assert.deepEqual(harness.publishedVideos, [first.id]);
    const isShard = (key: string) => key.startsWith('open:');
    assert.deepEqual(
      harness.memory
        .keys()
        .filter((key) => !isShard(key))
        .sort(),
      before.filter((key) => !isShard(key)),
    );
    assert.deepEqual(await harness.activeIds(), [first.id]);
  });

  test('makes a new job when the earlier one expires soon', async (context) => {
    const harness = build(context);
    const first = await harness.storeUpload();
    await finish(harness, first.id);
    harness.clock.advance(RETENTION_SECONDS * 600);
    assert.notEqual((await harness.storeUpload()).id, first.id);
  });

  const KEPT: [earlier: Kept, then: Kept, isSame: boolean][] = [
    ['sound', 'sound', true],
    ['whole', 'whole', true],
    ['whole', 'sound', true],
    ['sound', 'whole', false],
  ];
  for (const [earlier, then, isSame] of KEPT)
    test(`${isSame ? 'returns the earlier' : 'makes a new'} job where ${then} is kept after ${earlier}`, async (context) => {
      const harness = build(context);
      harness.kept.of = earlier;
      const first = await harness.storeUpload();
      await finish(harness, first.id);
      harness.kept.of = then;
      assert.equal((await harness.storeUpload()).id === first.id, isSame);
    });

  test('returns the job that was made of the content last', async (context) => {
    const harness = build(context);
    const first = await harness.storeUpload();
    const second = await harness.storeUpload(); // The first job is not done yet.
    assert.notEqual(first.id, second.id);
    await finish(harness, second.id);
    assert.equal((await harness.storeUpload()).id, second.id);
  });

  test('returns no job to an upload whose Idempotency-Key another upload has taken over', async (context) => {
    const harness = build(context);
    await finish(harness, (await harness.storeUpload()).id);
    const confirm = () => Promise.reject(new Error('another has its key'));
    await assert.rejects(harness.storeUpload(upload(), { confirm }), { message: 'another has its key' });
  });
});

describe('createDeduplicate, for other uploads', () => {
  const NEW_JOBS: [
    what: string,
    before: (harness: Harness, job: Job) => unknown,
    again?: (harness: Harness) => Promise<Job>,
  ][] = [
    ['the content of a job that is not done yet', () => undefined],
    ['the content of a job that is being converted', claimFirst],
    ['the content of a job that failed', (harness, { id }) => failOne(harness, id)],
    ['the content of a job that was cancelled', ({ jobs }, { id }) => jobs.update(id, cancel)],
    [
      'the content of a job that was deleted',
      async (harness, { id }) => {
        await finish(harness, id);
        await harness.jobs.update(id, tombstone);
      },
    ],
    [
      'the content of a job that has expired',
      async (harness, { id }) => {
        await finish(harness, id);
        const expires_at = new Date(Date.now() - 1).toISOString();
        await harness.jobs.update(id, (now) => ({ ...now, expires_at }));
      },
    ],
    [
      'the content of a job that was converted again with other options',
      async (harness, { id }) => {
        await finish(harness, id);
        await harness.jobs.update(id, retryWith({ bitrate: 192 }));
        await harness.jobs.update(id, claim('two'));
        await harness.jobs.update(id, complete('two', { mp3: MP3, warnings: [] }, {}));
      },
    ],
    [
      'the content of a job that was renamed',
      async (harness, { id }) => {
        await finish(harness, id);
        await harness.jobs.update(id, rename('b.mp4'));
      },
    ],
    [
      'the same content with other options',
      finishFirst,
      (harness) => harness.storeUpload(upload(), { options: () => ({ quality: 3 }) }),
    ],
    [
      'the same content under another name',
      finishFirst,
      (harness) => harness.storeUpload({ ...upload(), filename: 'b.mp4' }),
    ],
    [
      'the same content under a name in another case',
      finishFirst,
      (harness) => harness.storeUpload({ ...upload(), filename: 'A.mp4' }),
    ],
    [
      'the same content by another owner',
      finishFirst,
      (harness) => harness.storeUpload(upload(), { user: STRANGER }),
    ],
    ['other content', finishFirst, (harness) => harness.storeUpload(upload(inPieces(mp4(VIDEO.length + 1))))],
  ];
  function finishFirst(harness: Harness, { id }: Job) {
    return finish(harness, id);
  }
  function claimFirst(harness: Harness, { id }: Job) {
    return claimOne(harness, id);
  }
  for (const [what, before, again = (harness: Harness) => harness.storeUpload()] of NEW_JOBS) {
    test(`makes a new job of ${what}`, async (context) => {
      const harness = build(context);
      const first = await harness.storeUpload();
      await before(harness, first);
      const second = await again(harness);
      assert.notEqual(second.id, first.id);
      assert.equal(second.status, 'queued');
      assert.equal((await harness.blobs.stat(second.videoBlobId))?.sha256, second.source.sha256);
    });
  }
});
