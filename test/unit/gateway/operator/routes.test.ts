import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { JobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { failedJobView, failedViewOf } from '../../../../services/gateway/operator/failed-jobs.ts';
import { createFindNotified } from '../../../../services/gateway/sweep/find-notified.ts';
import { createSweepMetrics } from '../../../../services/gateway/sweep/metrics.ts';
import { createSweep } from '../../../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../../../services/gateway/sweep/video-index.ts';
import { createMetrics } from '../../../../services/shared/http/metrics.ts';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { done, failed, HIDDEN, inListOrder, newJob } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOperator, asOwner, bearer, buildGateway, OPERATOR_TOKEN, STRANGER } from '../build.ts';

/** A gateway that stores these jobs. `jobs` are in the index of open jobs; the failed ones and `settled` in that of failed jobs. */
async function withJobs(jobs: readonly Job[], settled: readonly Job[] = []) {
  const gateway = buildGateway();
  for (const job of [...jobs, ...settled]) {
    await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(100)), {
      expires: new Date(job.expires_at),
    });
  }
  for (const job of jobs) await gateway.save(job);
  for (const job of settled) await gateway.jobs.create(job);
  await gateway.failedIndex.add([...jobs.filter(({ status }) => status === 'failed'), ...settled]);
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
const openEntries = async (index: JobIndex) => (await Array.fromAsync(index.listActive())).flat();
const idsOf = ({ jobs }: { jobs: { id: string }[] }) => jobs.map(({ id }) => id);

describe('the operator’s routes', () => {
  const ROUTES: [method: string, path: string][] = [
    ['GET', '/operator/failed'],
    ['POST', '/operator/failed/ID/retry'],
    ['DELETE', '/operator/failed/ID'],
  ];
  const STRANGERS: [who: string, headers: Record<string, string>][] = [
    ['nobody', {}],
    ['a user', asOwner],
    ['who guesses', bearer(`${OPERATOR_TOKEN.slice(0, -1)}x`)],
    ['who knows the beginning', bearer(OPERATOR_TOKEN.slice(0, -1))],
    ['who says it otherwise', { authorization: `Basic ${OPERATOR_TOKEN}` }],
    ['who has nothing to say', { authorization: 'Bearer ' }],
  ];
  for (const [method, path] of ROUTES) {
    for (const [who, headers] of STRANGERS) {
      test(`${method} ${path} is 401 for ${who}, and changes nothing`, async () => {
        const job = failed();
        const { call, statusOf, lines } = await withJobs([job]);
        const reply = await call(method, path.replace('ID', job.id), { headers });
        assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_token']);
        assert.match(String(reply.headers['www-authenticate']), /^Bearer realm="mp3converter operator"/);
        assert.equal(await statusOf(job.id), 'failed');
        assert.ok(!lines.text().includes(OPERATOR_TOKEN));
      });
    }

    test(`${method} ${path} does not exist where there is no operator token`, async () => {
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

  test('do not let the operator in where users go', async () => {
    const { call } = await withJobs([]);
    assert.equal((await call('GET', '/jobs', { headers: asOperator })).status, 401);
  });
});

describe('GET /operator/failed', () => {
  test('is the failed jobs of everybody, told and untold, each once, with what an operator needs', async () => {
    const untold = [failed(), failed({ owner: STRANGER.id, email: STRANGER.email })];
    const told = [failed({ attempts: 5, generation: 2 }), failed()];
    const others = [newJob(), newJob({ status: 'converting' }), done(), newJob({ status: 'cancelled' })];
    const { list } = await withJobs([...untold, ...others], told);
    const answer = await list();
    assert.equal(answer.next_cursor, null);
    assert.deepEqual(idsOf(answer), inListOrder([...untold, ...told]));
    for (const job of [...untold, ...told]) {
      const shown = answer.jobs.find(({ id }: Job) => id === job.id);
      assert.deepEqual(shown, failedJobView.strict().parse(shown));
      assert.deepEqual(shown, failedViewOf(job));
    }
    assert.ok(!JSON.stringify(answer).includes('secret-signature'));
  });

  test('has none of the jobs that are gone, and forgets them, as those that have not failed (any more)', async () => {
    const kept = failed();
    const others = [newJob({ status: 'deleted' }), newJob(), done(), newJob({ status: 'cancelled' })];
    const hidden = HIDDEN.map(([, job]) => job);
    const { list, inIndex, failedIndex } = await withJobs(hidden, [kept, ...others]);
    await failedIndex.add([{ id: randomUUID(), expires_at: kept.expires_at }]);
    assert.deepEqual(idsOf(await list()), [kept.id]);
    assert.deepEqual(await inIndex(), [kept.id]);
  });

  test('keeps one that fails again while it is being forgotten', async (context) => {
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

  test('shows a job that the next pass of the sweep has seen failed, before its owner was told', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(failed());
    const list = async () =>
      (await gateway.call('GET', '/operator/failed', { headers: asOperator })).json as { jobs: Job[] };
    const { jobs, index, failedIndex, state } = gateway;
    const sweep = createSweep({
      ...{ jobs, index, failedIndex, blobs: gateway.blobs, findNotified: createFindNotified(state) },
      videoIndex: createVideoIndex(state, 3600),
      publish: async () => undefined,
      counted: () => undefined,
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
      (await openEntries(index)).map(({ id }) => id),
      [job.id],
    );
  });

  test('reads no open job, and of 3,000 failed ones no more than a page needs', async (context) => {
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

  test('looks through 1,000 entries for one page, which may be short though more follow', async () => {
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

  test('reads a bounded number of documents for a request after 100,000 failed jobs are gone', async (context) => {
    const kept = failed();
    const { list, state, failedIndex } = await withJobs([], [kept]);
    await failedIndex.add(Array.from({ length: 100_000 }, () => failed()));
    const entries = (await Array.fromAsync(failedIndex.list())).flatMap((part) => part.entries);
    await failedIndex.remove(entries.filter(({ id }) => id !== kept.id));
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
    test(`gives ${count} jobs in pages of ${limit}, each once, and an end`, async () => {
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
    test(`400 bad_request for ${query}`, async () => {
      const { call } = await withJobs([]);
      const { status, json } = await call('GET', `/operator/failed${query}`, { headers: asOperator });
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }
});

/** What each status makes of each request: the answer, and the status afterwards. */
const TABLE: [from: string, make: () => Job, act: 'retry' | 'drop', answer: number, to: Job['status']][] = [
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
for (const [from, make, act, answer, to] of TABLE) {
  test(`${act} of a job that is ${from}: ${answer}, and it is ${to}; twice is the same`, async () => {
    const job = make();
    const gateway = await withJobs([job]);
    const before = await openEntries(gateway.index);
    for (let times = 0; times < 2; times++) {
      const { status } = await gateway[act](job.id);
      assert.deepEqual([status, await gateway.statusOf(job.id)], [answer, to]);
    }
    // What is refused costs no entry.
    assert.equal(isDeepStrictEqual(await openEntries(gateway.index), before), answer >= 400);
  });
}

describe('an operator', () => {
  test('who retries a job is told of its next run, which is announced', async () => {
    const job = failed();
    const { retry, list, announced } = await withJobs([job]);
    const { json } = await retry(job.id);
    assert.deepEqual([json.id, json.run, json.error], [job.id, 2, null]);
    assert.deepEqual(
      announced.map(({ id }) => id),
      [job.id],
    );
    assert.deepEqual(idsOf(await list()), []);
  });

  test('does not drop a job that its owner has just retried', async (context) => {
    const job = failed();
    const { drop, jobs, call, statusOf, cleared } = await withJobs([job]);
    const { update } = jobs;
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      context.mock.restoreAll();
      await call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
      return update(...args);
    });
    const { status, json } = await drop(job.id);
    assert.deepEqual([status, json.code, await statusOf(job.id)], [409, 'state_conflict', 'queued']);
    assert.deepEqual(cleared, []);
  });

  test('who drops a job leaves nothing of it to be seen', async () => {
    const job = failed();
    const { drop, list, cleared, call } = await withJobs([job]);
    await drop(job.id);
    assert.deepEqual(idsOf(await list()), []);
    assert.deepEqual(
      cleared.map(({ id }) => id),
      [job.id],
    );
    assert.equal((await call('GET', `/jobs/${job.id}`, { headers: asOwner })).status, 404);
  });

  for (const id of ['x', '..%2f..', randomUUID()]) {
    test(`gets 404 for ${id}`, async () => {
      const { retry, drop } = await withJobs([]);
      for (const act of [retry, drop]) {
        const { status, json } = await act(id);
        assert.deepEqual([status, json.code], [404, 'not_found']);
      }
    });
  }
});
