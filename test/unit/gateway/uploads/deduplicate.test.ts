import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { cancel, claim, complete, fail, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../footage.ts';
import { KEPT } from '../sweep/sweep-over-memory.ts';
import { acceptOverMemory as build, upload, VIDEO } from './store-upload-over-memory.ts';

type World = ReturnType<typeof build>;
const STRANGER = { id: '99999999-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'eve@example.com' };
const MP3 = { size: 9, sha256: 'ab', duration_seconds: 1 };

const claimOne = ({ jobs }: World, id: string) => jobs.update(id, claim('one'));
const finish = async (world: World, id: string) => {
  await claimOne(world, id);
  await world.jobs.update(id, complete('one', MP3, {}));
};
const failOne = async (world: World, id: string) => {
  await claimOne(world, id);
  await world.jobs.update(id, fail('one', { code: 'no_audio', detail: 'no sound' }, {}));
};

describe('the same content with the same options by the same owner', () => {
  test('is the earlier job, when that is done: nothing of the new one is left', async (context) => {
    const world = build(context);
    const first = await world.accept();
    await finish(world, first.id);
    const before = world.memory.keys().sort();
    const again = await world.accept();
    assert.deepEqual([again.id, again.status], [first.id, 'done']);
    assert.deepEqual(world.announced, [first.id]);
    const isShard = (key: string) => key.startsWith('open:');
    assert.deepEqual(
      world.memory
        .keys()
        .filter((key) => !isShard(key))
        .sort(),
      before.filter((key) => !isShard(key)),
    );
    assert.deepEqual(await world.open(), [first.id]);
  });

  test('is converted anew when the earlier job is soon to expire', async (context) => {
    const world = build(context);
    const first = await world.accept();
    await finish(world, first.id);
    world.clock.advance(KEPT * 600);
    assert.notEqual((await world.accept()).id, first.id);
  });

  test('is the job that came of it last', async (context) => {
    const world = build(context);
    const first = await world.accept();
    const second = await world.accept(); // the first is not done yet
    assert.notEqual(first.id, second.id);
    await finish(world, second.id);
    assert.equal((await world.accept()).id, second.id);
  });

  test('is not had while another upload has taken its key over', async (context) => {
    const world = build(context);
    await finish(world, (await world.accept()).id);
    const confirm = () => Promise.reject(new Error('another has its key'));
    await assert.rejects(world.accept(upload(), { confirm }), { message: 'another has its key' });
  });
});

describe('a new job is made of', () => {
  const ANEW: [
    what: string,
    before: (world: World, job: Job) => unknown,
    again?: (world: World) => Promise<Job>,
  ][] = [
    ['the content of a job that is not done yet', () => undefined],
    ['the content of a job that is being converted', claim_],
    ['the content of a job that failed', (world, { id }) => failOne(world, id)],
    ['the content of a job that was cancelled', ({ jobs }, { id }) => jobs.update(id, cancel)],
    [
      'the content of a job that was deleted',
      async (world, { id }) => {
        await finish(world, id);
        await world.jobs.update(id, tombstone);
      },
    ],
    [
      'the content of a job that has expired',
      async (world, { id }) => {
        await finish(world, id);
        const expires_at = new Date(Date.now() - 1).toISOString();
        await world.jobs.update(id, (now) => ({ ...now, expires_at }));
      },
    ],
    [
      'the same content with other options',
      done_,
      (world) => world.accept(upload(), { options: { quality: 3 } }),
    ],
    ['the same content by another owner', done_, (world) => world.accept(upload(), { user: STRANGER })],
    ['other content', done_, (world) => world.accept(upload(inPieces(mp4(VIDEO.length + 1))))],
  ];
  function done_(world: World, { id }: Job) {
    return finish(world, id);
  }
  function claim_(world: World, { id }: Job) {
    return claimOne(world, id);
  }
  for (const [what, before, again = (world: World) => world.accept()] of ANEW) {
    test(what, async (context) => {
      const world = build(context);
      const first = await world.accept();
      await before(world, first);
      const second = await again(world);
      assert.notEqual(second.id, first.id);
      assert.equal(second.status, 'queued');
      assert.equal((await world.blobs.stat(second.videoBlobId))?.sha256, second.source.sha256);
    });
  }
});
