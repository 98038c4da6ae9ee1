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
import { asOtherProcess } from '../../../support/other-process.ts';

const HOUR = 3600_000;
const { signal } = new AbortController();
const past = () => new Date(Date.now() - 1).toISOString();
const later = () => new Date(Date.now() + 48 * HOUR).toISOString();

/** A store as an older release leaves it, and an auth service that knows the users. */
function build(context: TestContext) {
  const clock = stoppedClock(context);
  const state = createMemoryState(() => Date.now());
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 7 * 86_400);
  const videoIndex = createVideoIndex(state, 7 * 86_400);
  const gatewayStores = () => {
    const own = asOtherProcess(state);
    return { state: own, videoIndex: createVideoIndex(own, 7 * 86_400) };
  };
  const users: string[] = [];
  const auth = { isUnavailable: false, requests: 0 };
  const ports = {
    ...{ jobs, index, ...gatewayStores() },
    async invoke(_app: string, { path }: InvokeRequest) {
      auth.requests++;
      if (auth.isUnavailable) throw unavailable('the auth service');
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
    ...{ state, auth, walk, jobs },
    /** The walk of another gateway. */
    otherGateway: () => createOldVideos({ ...ports, ...gatewayStores() }),
    async addUser(...made: Job[]) {
      const owner = randomUUID();
      users.push(owner);
      for (const job of made) {
        await index.addOwned(owner, job.id);
        await jobs.create({ ...job, owner });
      }
      return owner;
    },
    idsWithVideo: async () => (await Array.fromAsync(videoIndex.list())).flat().map(({ id }) => id),
    /** Makes passes until the first walk is over, and returns their number. */
    async firstWalk(by = walk) {
      for (let passes = 0; ; passes++) if ((await by.pass(signal)) === 'not yet') return passes;
    },
    /** Makes the second walk, which begins an hour later. */
    async lastWalk(by = walk) {
      clock.advance(HOUR);
      while ((await by.pass(signal)) !== 'ended');
    },
  };
}

describe('createOldVideos', () => {
  test('adds all done jobs to the index of videos, and no others', async (context) => {
    const harness = build(context);
    const old = [done({ expires_at: later() }), done({ expires_at: later() })];
    await harness.addUser(old[0] as Job, failed({ expires_at: later() }), newJob({ status: 'deleted' }));
    await harness.addUser();
    await harness.addUser(newJob({ expires_at: later() }), old[1] as Job, done({ expires_at: past() }));
    await harness.firstWalk();
    assert.deepEqual((await harness.idsWithVideo()).sort(), old.map(({ id }) => id).sort());
  });

  test('walks a second time after a rolling upgrade, and finds jobs that an old gateway has finished', async (context) => {
    const harness = build(context);
    const early = done({ expires_at: later() });
    const late = done({ expires_at: later() });
    await harness.addUser(early);
    await harness.firstWalk();
    assert.deepEqual(await harness.idsWithVideo(), [early.id]);
    await harness.addUser(late);
    harness.clock.advance(HOUR - 1);
    assert.equal(await harness.walk.pass(signal), 'not yet');
    await harness.lastWalk();
    assert.deepEqual((await harness.idsWithVideo()).sort(), [early.id, late.id].sort());
  });

  test('does not walk again when both walks are over, also in a gateway that starts later', async (context) => {
    const harness = build(context);
    await harness.addUser(done({ expires_at: later() }));
    await harness.firstWalk();
    await harness.lastWalk();
    const { requests } = harness.auth;
    await harness.addUser(done({ expires_at: later() }));
    await harness.otherGateway().run(signal);
    assert.deepEqual([harness.auth.requests, (await harness.idsWithVideo()).length], [requests, 1]);
  });

  test('continues in another gateway in the middle of a user with many jobs', async (context) => {
    const harness = build(context);
    const many = Array.from({ length: 10_250 }, () => done({ expires_at: later() }));
    await harness.addUser(...many);
    assert.equal(await harness.walk.pass(signal), 'more');
    // A hundred pages of a hundred jobs, of which the newest page has only 50.
    assert.equal((await harness.idsWithVideo()).length, 9_950);
    await harness.firstWalk(harness.otherGateway());
    assert.equal((await harness.idsWithVideo()).length, many.length);
  });

  test('reads the users page by page', async (context) => {
    const harness = build(context);
    const jobs = Array.from({ length: 250 }, () => done({ expires_at: later() }));
    for (const job of jobs) await harness.addUser(job);
    assert.equal(await harness.firstWalk(), 4);
    assert.equal((await harness.idsWithVideo()).length, jobs.length);
  });

  for (const text of ['{"revision":"a","docu', '{"revision":"a","document":null}'])
    test(`leaves out a job whose document is damaged (${text}), and finds the others`, async (context) => {
      const harness = build(context);
      const [broken, other] = [done({ expires_at: later() }), done({ expires_at: later() })];
      await harness.addUser(broken, other);
      await harness.state.put(`job:${broken.id}`, text);
      await harness.firstWalk();
      assert.deepEqual(await harness.idsWithVideo(), [other.id]);
    });

  test('tries again after auth was unavailable', async (context) => {
    const harness = build(context);
    await harness.addUser(done({ expires_at: later() }));
    harness.auth.isUnavailable = true;
    await assert.rejects(harness.walk.pass(signal), /auth service/);
    assert.deepEqual(await harness.idsWithVideo(), []);
    harness.auth.isUnavailable = false;
    await harness.firstWalk();
    assert.equal((await harness.idsWithVideo()).length, 1);
  });

  test('may run in two gateways at once', async (context) => {
    const harness = build(context);
    const jobs = Array.from({ length: 250 }, () => done({ expires_at: later() }));
    for (const job of jobs) await harness.addUser(job);
    const both = [harness.walk, harness.otherGateway()];
    await harness.clock.until(Promise.all(both.map((walk) => walk.run(signal))));
    assert.equal((await harness.idsWithVideo()).length, jobs.length);
  });
});
