import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createOldVideos } from '../../../../services/gateway/sweep/index-old-videos.ts';
import { createVideoIndex } from '../../../../services/gateway/sweep/video-index.ts';
import type { InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';

const HOUR = 3600_000;
const { signal } = new AbortController();
const past = () => new Date(Date.now() - 1).toISOString();
const later = () => new Date(Date.now() + 48 * HOUR).toISOString();

/** A store as an older release has left it, and an auth service that knows the users. */
function build(context: TestContext) {
  const clock = stoppedClock(context);
  const state = createMemoryState(() => Date.now());
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 7 * 86_400);
  const videoIndex = createVideoIndex(state, 7 * 86_400);
  const users: string[] = [];
  const auth = { away: false, asked: 0 };
  const ports = {
    ...{ state, jobs, index, videoIndex },
    async invoke(_app: string, { path }: InvokeRequest) {
      auth.asked++;
      if (auth.away) throw unavailable('the auth service');
      const query = new URL(path, 'http://auth').searchParams;
      const after = users.filter((id) => id > (query.get('after') ?? ''));
      const body = JSON.stringify({ users: after.sort().slice(0, Number(query.get('limit'))) });
      return { status: 200, headers: {}, body };
    },
    log: createLog('gateway', 'info', logLines()),
  };
  const walk = createOldVideos(ports);
  return {
    clock,
    ...{ state, auth, ports, walk, jobs },
    async addUser(...made: Job[]) {
      const owner = randomUUID();
      users.push(owner);
      for (const job of made) {
        await index.addOwned(owner, job.id);
        await jobs.create({ ...job, owner });
      }
      return owner;
    },
    found: async () => (await Array.fromAsync(videoIndex.list())).flat().map(({ id }) => id),
    /** As often as it takes until the first walk is over; gives the number of passes. */
    async firstWalk(by = walk) {
      for (let passes = 0; ; passes++) if ((await by.pass(signal)) === 'not yet') return passes;
    },
    /** The walk after an upgrade. */
    async lastWalk(by = walk) {
      clock.advance(HOUR);
      while ((await by.pass(signal)) !== 'ended');
    },
  };
}

describe('the walk over jobs from before the upgrade', () => {
  test('puts all that are done into the index of videos, and no others', async (context) => {
    const world = build(context);
    const old = [done({ expires_at: later() }), done({ expires_at: later() })];
    await world.addUser(old[0] as Job, failed({ expires_at: later() }), newJob({ status: 'deleted' }));
    await world.addUser();
    await world.addUser(newJob({ expires_at: later() }), old[1] as Job, done({ expires_at: past() }));
    await world.firstWalk();
    assert.deepEqual((await world.found()).sort(), old.map(({ id }) => id).sort());
  });

  test('is made a second time when a rolling upgrade is over, and finds what an old gateway has finished', async (context) => {
    const world = build(context);
    const early = done({ expires_at: later() });
    const late = done({ expires_at: later() });
    await world.addUser(early);
    await world.firstWalk();
    assert.deepEqual(await world.found(), [early.id]);
    await world.addUser(late);
    world.clock.advance(HOUR - 1);
    assert.equal(await world.walk.pass(signal), 'not yet');
    await world.lastWalk();
    assert.deepEqual((await world.found()).sort(), [early.id, late.id].sort());
  });

  test('is not made again when both walks are over, whatever gateway comes later', async (context) => {
    const world = build(context);
    await world.addUser(done({ expires_at: later() }));
    await world.firstWalk();
    await world.lastWalk();
    const { asked } = world.auth;
    await world.addUser(done({ expires_at: later() }));
    await createOldVideos(world.ports).run(signal);
    assert.deepEqual([world.auth.asked, (await world.found()).length], [asked, 1]);
  });

  test('goes on where it was, by another gateway, in the middle of a user with many jobs', async (context) => {
    const world = build(context);
    const many = Array.from({ length: 10_250 }, () => done({ expires_at: later() }));
    await world.addUser(...many);
    assert.equal(await world.walk.pass(signal), 'more');
    // A hundred pages of a hundred jobs, but for the newest page, which has 50.
    assert.equal((await world.found()).length, 9_950);
    await world.firstWalk(createOldVideos(world.ports));
    assert.equal((await world.found()).length, many.length);
  });

  test('reads the users by pages', async (context) => {
    const world = build(context);
    const jobs = Array.from({ length: 250 }, () => done({ expires_at: later() }));
    for (const job of jobs) await world.addUser(job);
    assert.equal(await world.firstWalk(), 4);
    assert.equal((await world.found()).length, jobs.length);
  });

  for (const text of ['{"revision":"a","docu', '{"revision":"a","document":null}'])
    test(`leaves out a job whose document is damaged (${text}), and finds the others`, async (context) => {
      const world = build(context);
      const [broken, other] = [done({ expires_at: later() }), done({ expires_at: later() })];
      await world.addUser(broken, other);
      await world.state.put(`job:${broken.id}`, text);
      await world.firstWalk();
      assert.deepEqual(await world.found(), [other.id]);
    });

  test('is tried again while auth is away', async (context) => {
    const world = build(context);
    await world.addUser(done({ expires_at: later() }));
    world.auth.away = true;
    await assert.rejects(world.walk.pass(signal), /auth service/);
    assert.deepEqual(await world.found(), []);
    world.auth.away = false;
    await world.firstWalk();
    assert.equal((await world.found()).length, 1);
  });

  test('is made by two gateways at once', async (context) => {
    const world = build(context);
    const jobs = Array.from({ length: 250 }, () => done({ expires_at: later() }));
    for (const job of jobs) await world.addUser(job);
    const both = [world.walk, createOldVideos(world.ports)];
    await world.clock.until(Promise.all(both.map((walk) => walk.run(signal))));
    assert.equal((await world.found()).length, jobs.length);
  });
});
