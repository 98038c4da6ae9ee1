import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { JobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createShardedMap } from '../../../../services/gateway/job-index/sharded-map.ts';
import { failedJobView } from '../../../../services/gateway/operator/failed-job-view.ts';
import { failedViewOf } from '../../../../services/gateway/operator/failed-jobs.ts';
import { createFindNotified } from '../../../../services/gateway/sweep/find-notified.ts';
import { createSweepMetrics } from '../../../../services/gateway/sweep/metrics.ts';
import { createSweep } from '../../../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../../../services/gateway/sweep/video-index.ts';
import { createMetrics } from '../../../../services/shared/http/metrics.ts';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { done, failed, HIDDEN, inListOrder, newJob } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOperator, asOwner, bearer, buildGateway, OPERATOR_TOKEN, STRANGER } from '../test-gateway.ts';

/** A gateway that stores these jobs. `jobs` are active. The failed ones and `inactive` are in the index of failed jobs. */
async function withJobs(jobs: readonly Job[], inactive: readonly Job[] = []) {
  const gateway = buildGateway();
  for (const job of [...jobs, ...inactive]) {
    await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(100)), {
      expires: new Date(job.expires_at),
    });
  }
  for (const job of jobs) await gateway.save(job);
  for (const job of inactive) await gateway.jobs.create(job);
  await gateway.failedIndex.add([...jobs.filter(({ status }) => status === 'failed'), ...inactive]);
  const ask = (method: string, path: string) => gateway.call(method, path, { headers: asOperator });
  return {
    ...gateway,
    list: async (query = '') => (await ask('GET', `/operator/failed${query}`)).json,
    retry: (id: string) => ask('POST', `/operator/failed/${id}/retry`),
    drop: (id: string) => ask('DELETE', `/operator/failed/${id}`),
    inIndex: async () =>
      (await Array.fromAsync(gateway.failedIndex.list()))
        .flatMap(({ entries }) => entries)
        .map(({ id }) => id),
    statusOf: async (id: string) => (await gateway.jobs.find(id))?.status,
  };
}
const activeEntries = async (index: JobIndex) => (await Array.fromAsync(index.listActive())).flat();
const idsOf = ({ jobs }: { jobs: { id: string }[] }) => jobs.map(({ id }) => id);

describe('operatorRoutes', () => {
  const ROUTES: [method: string, path: string][] = [
    ['GET', '/operator/failed'],
    ['POST', '/operator/failed/ID/retry'],
    ['DELETE', '/operator/failed/ID'],
  ];
  const STRANGERS: [what: string, headers: Record<string, string>][] = [
    ['a request without a token', {}],
    ['the token of a user', asOwner],
    ['a guessed token', bearer(`${OPERATOR_TOKEN.slice(0, -1)}x`)],
    ['the beginning of the token', bearer(OPERATOR_TOKEN.slice(0, -1))],
    ['another scheme', { authorization: `Basic ${OPERATOR_TOKEN}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ];
  for (const [method, path] of ROUTES) {
    for (const [what, headers] of STRANGERS) {
      test(`refuses ${what} on ${method} ${path} with 401, and changes nothing`, async () => {
        const job = failed();
        const { call, statusOf, lines } = await withJobs([job]);
        const reply = await call(method, path.replace('ID', job.id), { headers });
        assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_token']);
        assert.match(String(reply.headers['www-authenticate']), /^Bearer realm="mp3converter operator"/);
        assert.equal(await statusOf(job.id), 'failed');
        assert.ok(!lines.text().includes(OPERATOR_TOKEN));
      });
    }

    test(`answers 404 on ${method} ${path} when no operator token is configured`, async () => {
      const job = failed();
      const gateway = buildGateway({ hasOperator: false });
      await gateway.save(job);
      for (const headers of [asOperator, bearer('undefined'), {}]) {
        const reply = await gateway.call(method, path.replace('ID', job.id), { headers });
        assert.deepEqual([reply.status, reply.json.code], [404, 'not_found']);
      }
      assert.equal((await gateway.jobs.get(job.id)).document.status, 'failed');
    });
  }

  test('do not make the operator token valid for the routes of users', async () => {
    const { call } = await withJobs([]);
    assert.equal((await call('GET', '/jobs', { headers: asOperator })).status, 401);
  });
});

describe('GET /operator/failed', () => {
  test('lists the failed jobs of all users once each, active or not, with the fields for an operator', async () => {
    const active = [failed(), failed({ owner: STRANGER.id, email: STRANGER.email })];
    const inactive = [failed({ attempts: 5, generation: 2 }), failed()];
    const others = [newJob(), newJob({ status: 'converting' }), done(), newJob({ status: 'cancelled' })];
    const { list } = await withJobs([...active, ...others], inactive);
    const answer = await list();
    assert.equal(answer.next_cursor, null);
    assert.deepEqual(idsOf(answer), inListOrder([...active, ...inactive]));
    for (const job of [...active, ...inactive]) {
      const shown = answer.jobs.find(({ id }: Job) => id === job.id);
      assert.deepEqual(shown, failedJobView.strict().parse(shown));
      assert.deepEqual(shown, failedViewOf(job));
    }
    assert.ok(!JSON.stringify(answer).includes('secret-signature'));
  });

  test('leaves out hidden jobs and jobs that are not failed, and removes their entries', async () => {
    const kept = failed();
    const others = [newJob({ status: 'deleted' }), newJob(), done(), newJob({ status: 'cancelled' })];
    const hidden = HIDDEN.map(([, job]) => job);
    const { list, inIndex, failedIndex } = await withJobs(hidden, [kept, ...others]);
    await failedIndex.add([{ id: randomUUID(), expires_at: kept.expires_at }]);
    assert.deepEqual(idsOf(await list()), [kept.id]);
    assert.deepEqual(await inIndex(), [kept.id]);
  });

  test('keeps the entry of a job that fails again while its old entry is being removed', async (context) => {
    const job = newJob();
    const { list, failedIndex, jobs } = await withJobs([], [job]);
    const { getMany } = jobs;
    context.mock.method(jobs, 'getMany', async (...args: Parameters<typeof getMany>) => {
      context.mock.restoreAll();
      const seen = await getMany(...args);
      await jobs.update(job.id, (now) => failed(baseOf(now)));
      await failedIndex.add([job]);
      return seen;
    });
    assert.deepEqual(idsOf(await list()), []);
    assert.deepEqual(idsOf(await list()), [job.id]);
  });

  test('shows a failed job after the next pass of the sweep, before its owner is notified', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(failed());
    const list = async () =>
      (await gateway.call('GET', '/operator/failed', { headers: asOperator })).json as { jobs: Job[] };
    const { jobs, index, failedIndex, state } = gateway;
    const sweep = createSweep({
      ...{ jobs, index, failedIndex, blobs: gateway.blobs, findNotified: createFindNotified(state) },
      videoIndex: createVideoIndex(state, 3600),
      publish: async () => undefined,
      updateCounts: () => undefined,
      metrics: createSweepMetrics(createMetrics('gateway').registry),
      log: createLog('gateway', 'silent'),
      stallTimeoutMs: 45_000,
      failBeforeExpiryMs: 0,
      keepVideoMs: 0,
    });
    assert.deepEqual(idsOf(await list()), []);
    await sweep.pass(new AbortController().signal);
    assert.deepEqual(idsOf(await list()), [job.id]);
    assert.deepEqual(
      (await activeEntries(index)).map(({ id }) => id),
      [job.id],
    );
  });

  test('reads no active jobs, and of 3,000 failed ones no more than a page needs', async (context) => {
    const all = Array.from({ length: 3_000 }, () => failed());
    const { list, jobs, index, state, failedIndex } = await withJobs([newJob(), newJob()]);
    for (const job of all) await jobs.create(job);
    await failedIndex.add(all);
    const listOpen = context.mock.method(index, 'listActive');
    const getMany = context.mock.method(state, 'getMany');
    const page = await list(`?limit=20&cursor=${inListOrder(all)[1_500]}`);
    assert.deepEqual(idsOf(page), inListOrder(all).slice(1_501, 1_521));
    assert.equal(listOpen.mock.callCount(), 0);
    const keys = getMany.mock.calls.flatMap(({ arguments: [keys] }) => keys);
    assert.ok(keys.length <= 16 + 100, `${keys.length} documents`);
  });

  test('reads at most 1,000 entries for a page, which may be short although more follow', async () => {
    const stale = Array.from({ length: 2_500 }, () => failed());
    const { list, failedIndex, inIndex } = await withJobs([], [failed()]);
    await failedIndex.add(stale);
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const page = await list(`?limit=100${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.next_cursor;
    }
    assert.deepEqual([pages, seen.length], [3, 1]);
    assert.deepEqual(await inIndex(), seen);
  });

  test('reads a bounded number of documents in a request when thousands of documents of the index are empty', async (context) => {
    const kept = failed();
    const { list, state } = await withJobs([], [kept]);
    // With documents of a tenth of the size, 10,000 jobs leave as many documents as 100,000 jobs do.
    const index = createShardedMap<{ expires_at: string }>(state, 'failed', {
      ttlSeconds: 3600,
      maxEntries: 25,
    });
    const { expires_at } = kept;
    const entries = await index.put(Array.from({ length: 10_000 }, () => ({ id: randomUUID(), expires_at })));
    await index.remove(entries);
    const getMany = context.mock.method(state, 'getMany');
    const seen: string[] = [];
    let requests = 0;
    for (let cursor: string | null = ''; cursor !== null; requests++) {
      getMany.mock.resetCalls();
      const page = await list(`?limit=100${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.next_cursor;
      const keys = getMany.mock.calls.flatMap(({ arguments: [keys] }) => keys);
      assert.ok(keys.length < 800, `${keys.length} documents`);
      assert.ok(getMany.mock.callCount() <= 12, `${getMany.mock.callCount()} calls`);
    }
    assert.deepEqual(seen, [kept.id]);
    assert.ok(requests < 20, `${requests} requests`);
  });

  for (const [count, limit] of [
    [3, 3],
    [4, 3],
    [5, 1],
    [120, 50],
  ] as const) {
    test(`returns ${count} jobs once each in pages of ${limit}, and no cursor on the last page`, async () => {
      const all = Array.from({ length: count }, () => failed());
      const { list } = await withJobs(all.slice(0, count / 2), all.slice(count / 2));
      const seen: string[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const page = await list(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        seen.push(...idsOf(page));
        cursor = page.next_cursor;
      }
      assert.deepEqual(seen, inListOrder(all));
      assert.equal(pages, Math.ceil(count / limit));
    });
  }

  for (const query of ['?limit=0', '?limit=101', '?cursor=x', `?cursor=${randomUUID()}&cursor=b`]) {
    test(`answers 400 bad_request for ${query}`, async () => {
      const { call } = await withJobs([]);
      const { status, json } = await call('GET', `/operator/failed${query}`, { headers: asOperator });
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }
});

/** The response to each request for a job of each status, and the status of the job afterwards. */
const TABLE: [from: string, make: () => Job, command: 'retry' | 'drop', answer: number, to: Job['status']][] =
  [
    ['failed', failed, 'retry', 202, 'queued'],
    ['queued', newJob, 'retry', 202, 'queued'],
    ['converting', () => newJob({ status: 'converting' }), 'retry', 202, 'converting'],
    ['cancelled', () => newJob({ status: 'cancelled' }), 'retry', 409, 'cancelled'],
    ['done', done, 'retry', 409, 'done'],
    ['deleted', () => newJob({ status: 'deleted' }), 'retry', 404, 'deleted'],
    ['failed', failed, 'drop', 204, 'deleted'],
    ['deleted', () => newJob({ status: 'deleted' }), 'drop', 204, 'deleted'],
    ['queued', newJob, 'drop', 409, 'queued'],
    ['converting', () => newJob({ status: 'converting' }), 'drop', 409, 'converting'],
    ['cancelled', () => newJob({ status: 'cancelled' }), 'drop', 409, 'cancelled'],
    ['done', done, 'drop', 409, 'done'],
    ['uploading', () => newJob({ status: 'uploading' }), 'drop', 404, 'uploading'],
  ];
describe('createFailedJobs, over HTTP', () => {
  for (const [from, make, command, answer, to] of TABLE) {
    test(`${command} answers ${answer} for a job that is ${from} and leaves it ${to}, also the second time`, async () => {
      const job = make();
      const gateway = await withJobs([job]);
      const before = await activeEntries(gateway.index);
      for (let times = 0; times < 2; times++) {
        const { status } = await gateway[command](job.id);
        assert.deepEqual([status, await gateway.statusOf(job.id)], [answer, to]);
      }
      // A refused request adds no entry to the index of active jobs.
      assert.equal(isDeepStrictEqual(await activeEntries(gateway.index), before), answer >= 400);
    });
  }

  test('retry returns the next generation of the job, and publishes it', async () => {
    const job = failed();
    const { retry, list, publishedVideos } = await withJobs([job]);
    const { json } = await retry(job.id);
    assert.deepEqual([json.id, json.run, json.error], [job.id, 2, null]);
    assert.deepEqual(
      publishedVideos.map(({ id }) => id),
      [job.id],
    );
    assert.deepEqual(idsOf(await list()), []);
  });

  test('drop refuses a job that its owner has just retried', async (context) => {
    const job = failed();
    const { drop, jobs, call, statusOf, blobDeletions } = await withJobs([job]);
    const { update } = jobs;
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      context.mock.restoreAll();
      await call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
      return update(...args);
    });
    const { status, json } = await drop(job.id);
    assert.deepEqual([status, json.code, await statusOf(job.id)], [409, 'state_conflict', 'queued']);
    assert.deepEqual(blobDeletions, []);
  });

  test('drop hides the job from the operator and its owner, and deletes its blobs', async () => {
    const job = failed();
    const { drop, list, blobDeletions, call } = await withJobs([job]);
    await drop(job.id);
    assert.deepEqual(idsOf(await list()), []);
    assert.deepEqual(
      blobDeletions.map(({ id }) => id),
      [job.id],
    );
    assert.equal((await call('GET', `/jobs/${job.id}`, { headers: asOwner })).status, 404);
  });

  for (const id of ['x', '..%2f..', randomUUID()]) {
    test(`retry and drop answer 404 for the id ${id}`, async () => {
      const { retry, drop } = await withJobs([]);
      for (const command of [retry, drop]) {
        const { status, json } = await command(id);
        assert.deepEqual([status, json.code], [404, 'not_found']);
      }
    });
  }
});
