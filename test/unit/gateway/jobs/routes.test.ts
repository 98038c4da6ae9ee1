import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { jobView } from '../../../../services/shared/jobs/job-view.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, flat, HIDDEN, newJob, OWNER } from '../../../support/job.ts';
import { asOwner, asStranger, buildGateway, STRANGER } from '../test-gateway.ts';

const JOBS = [
  newJob(),
  newJob({ status: 'converting', attemptId: 'internal-attempt', progress: 0.5, eta_seconds: 9 }),
  done(),
  done({ warnings: [{ code: 'truncated', detail: 'The end is missing.', seconds: 1, of_seconds: 2 }] }),
  failed(),
];

describe('GET /jobs/:id', () => {
  for (const job of JOBS) {
    test(`shows a job that is ${job.status} with the fields of the API and no internal ones`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      const { status, json, text } = await gateway.call('GET', `/jobs/${job.id}`, { headers: asOwner });
      assert.equal(status, 200);
      assert.deepEqual(json, jobView.strict().parse(json));
      assert.deepEqual(json, viewOf(job));
      assert.deepEqual(json.warnings, job.status === 'done' ? job.warnings : []);
      const { owner, email, videoBlobId, mp3BlobId, attemptId, download_url } = flat(job);
      for (const secret of [
        owner,
        email,
        videoBlobId,
        mp3BlobId,
        attemptId,
        download_url,
        'secret-signature',
      ]) {
        if (secret) assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), secret);
      }
      for (const name of ['owner', 'email', 'video', 'audio', 'attempt', 'download_url', 'trace_id']) {
        assert.ok(!(name in json), name);
      }
    });
  }
});

describe('routes of one job', () => {
  const PLACES: [method: string, path: string][] = [
    ['GET', '/jobs/ID'],
    ['GET', '/jobs/ID/events'],
    ['GET', '/jobs/ID/link'],
    ['GET', '/download/ID'],
    ['GET', '/download?fid=ID'],
    ['PATCH', '/jobs/ID'],
    ['POST', '/jobs/ID/cancel'],
    ['POST', '/jobs/ID/retry'],
    ['DELETE', '/jobs/ID'],
  ];
  const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
  for (const [method, place] of PLACES) {
    const refusal = async (id: string, headers: Record<string, string>, job: Job = done({ id: ID })) => {
      const gateway = buildGateway();
      await gateway.save(job);
      const keys = await gateway.state.getMany(gateway.state.keys());
      const body = method === 'PATCH' ? { body: { filename: 'mine.mp4' } } : {};
      const reply = await gateway.call(method, place.replace('ID', id), { headers, ...body });
      assert.deepEqual(await gateway.state.getMany(gateway.state.keys()), keys, 'nothing is written');
      return reply;
    };

    test(`${method} ${place} answers 404 for the job of another user as for one that does not exist`, async () => {
      const foreign = await refusal(ID, asStranger);
      const missing = await refusal(randomUUID(), asOwner);
      assert.deepEqual([foreign.status, foreign.json.code], [404, 'not_found']);
      assert.deepEqual(foreign.json, missing.json);
    });

    for (const [what, job] of HIDDEN) {
      if (method === 'DELETE' && job.status === 'deleted' && what === 'deleted') continue; // That is 204.
      test(`${method} ${place} answers 404 for a job that is ${what}`, async () => {
        const { status, json } = await refusal(ID, asOwner, { ...job, id: ID });
        assert.deepEqual([status, json.code], [404, 'not_found']);
      });
    }

    for (const id of [
      'x',
      '',
      '..%2f..',
      'job:x',
      '%00',
      '5F3A9C1E-8D0B-4A53-9A35-0D6C2C1F7B10',
      `${randomUUID()}x`,
    ]) {
      test(`${method} ${place.replace('ID', id)} answers 404 for an invalid id`, async () => {
        const { status, json } = await refusal(id, asOwner);
        if (place === '/jobs/ID' && id === '') return; // That is the list of jobs.
        assert.deepEqual([status, json.code], [404, 'not_found']);
      });
    }
  }

  test('GET /jobs/:id answers 4xx for a path with a bad percent-encoding', async () => {
    const { status, json } = await buildGateway().call('GET', '/jobs/%zz', { headers: asOwner });
    assert.deepEqual([status < 500, json.status], [true, status]);
  });
});

describe('GET /jobs', () => {
  test('shows no hidden job', async () => {
    const gateway = buildGateway();
    const shown = await gateway.save(newJob());
    for (const [, job] of HIDDEN) await gateway.save(job);
    const { status, json } = await gateway.call('GET', '/jobs', { headers: asOwner });
    assert.deepEqual([status, json.jobs.map(({ id }: { id: string }) => id)], [200, [shown.id]]);
  });

  async function withJobs(count: number, expired: (number: number) => boolean = () => false) {
    const gateway = buildGateway();
    const ids: string[] = [];
    for (let number = 0; number < count; number++) {
      const job = newJob();
      if (expired(number)) await gateway.index.addOwned(OWNER.id, job.id);
      else {
        await gateway.save(job);
        ids.unshift(job.id);
      }
      if (number % 5 === 0) await gateway.save(newJob({ owner: STRANGER.id }));
    }
    const get = async (query: string) => {
      const { status, json } = await gateway.call('GET', `/jobs${query}`, { headers: asOwner });
      assert.equal(status, 200);
      return { page: json.jobs.map(({ id }: { id: string }) => id), next: json.next_cursor as string | null };
    };
    return { gateway, ids, get };
  }

  test('returns an empty list for a user without jobs', async () => {
    const { get } = await withJobs(0);
    assert.deepEqual(await get(''), { page: [], next: null });
  });

  test('returns the newest 20 jobs by default', async () => {
    const { get, ids } = await withJobs(30);
    const { page, next } = await get('');
    assert.deepEqual(page, ids.slice(0, 20));
    assert.ok(next);
  });

  for (const [count, limit] of [
    [3, 3],
    [4, 3],
    [7, 1],
    [130, 100],
  ] as const) {
    test(`returns ${count} jobs once each in pages of ${limit}, and no cursor on the last page`, async () => {
      const { get, ids } = await withJobs(count);
      const seen: string[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const { page, next } = await get(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        assert.ok(page.length <= limit);
        seen.push(...page);
        cursor = next;
      }
      assert.deepEqual(seen, ids);
      assert.equal(pages, Math.ceil(count / limit));
    });
  }

  test('skips missing jobs and still fills its pages', async () => {
    const { get, ids } = await withJobs(40, (number) => number % 3 > 0);
    const { page, next } = await get('?limit=10');
    assert.deepEqual(page, ids.slice(0, 10));
    assert.deepEqual((await get(`?limit=10&cursor=${next}`)).page, ids.slice(10));
  });

  describe('with entries of jobs that are not shown', () => {
    const KEPT = 3;
    async function withTombstones(context: TestContext, count: number, make: (() => Job) | undefined) {
      const { gateway, get, ids } = await withJobs(KEPT);
      for (let number = 0; number < count; number++) {
        const job = make?.() ?? newJob();
        if (make) await gateway.jobs.create(job);
        await gateway.index.addOwned(OWNER.id, job.id);
      }
      const { state } = gateway;
      const spies = [
        context.mock.method(state, 'get'),
        context.mock.method(state, 'getMany'),
        context.mock.method(state, 'put'),
      ];
      /** Reads all pages. `most` is the number of calls of the store that the most expensive page made. */
      async function all(limit: number) {
        const seen: string[] = [];
        let most = 0;
        let pages = 0;
        for (let cursor: string | null = ''; cursor !== null; pages++) {
          for (const { mock } of spies) mock.resetCalls();
          const { page, next } = await get(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
          most = Math.max(
            most,
            spies.reduce((sum, { mock }) => sum + mock.callCount(), 0),
          );
          assert.ok(page.length <= limit);
          seen.push(...page);
          cursor = next;
        }
        return { seen, most, pages };
      }
      return { gateway, ids, all };
    }

    const GONE: [what: string, make: (() => Job) | undefined][] = [
      ['deleted', () => newJob({ status: 'deleted' })],
      ['missing', undefined],
    ];
    for (const [what, make] of GONE) {
      for (const limit of [1, 100]) {
        test(`makes few calls of the store for pages of ${limit} over 5,000 jobs that are ${what}, and very few the second time`, async (context) => {
          const { all, ids } = await withTombstones(context, 5_000, make);
          const first = await all(limit);
          assert.deepEqual(first.seen, ids);
          assert.ok(first.most <= 20 * 6, `${first.most} calls`);
          const second = await all(limit);
          assert.deepEqual(second.seen, ids);
          assert.ok(second.most <= 6, `${second.most} calls`);
          // A request reads at most 2,000 entries, and a page may be empty.
          assert.ok(second.pages <= Math.ceil(KEPT / limit) + 3, `${second.pages} pages`);
        });
      }
    }

    const NOT_GONE: [what: string, make: () => Job][] = [
      ['being uploaded', () => newJob({ status: 'uploading' })],
      [
        'expired by the clock of this gateway',
        () => newJob({ expires_at: new Date(Date.now() - 1000).toISOString() }),
      ],
    ];
    for (const [what, make] of NOT_GONE) {
      test(`does not show a job that is ${what}, and keeps its position`, async (context) => {
        const { all, ids, gateway } = await withTombstones(context, 1, make);
        assert.deepEqual((await all(2)).seen, ids);
        const [hidden = ''] = (await Array.fromAsync(gateway.index.listOwned(OWNER.id, undefined)))
          .flatMap(({ entries }) => entries)
          .map(({ id }) => id);
        assert.ok(!ids.includes(hidden));
        // The upload is accepted.
        const { document } = (await gateway.jobs.getMany([hidden])).get(hidden) ?? assert.fail();
        await gateway.state.delete(`job:${hidden}`);
        await gateway.jobs.create({ ...document, status: 'queued', expires_at: newJob().expires_at });
        assert.deepEqual((await all(2)).seen, [hidden, ...ids]);
      });
    }

    test('shows the list although the entries cannot be dropped', async (context) => {
      const { all, ids, gateway } = await withTombstones(context, 10, undefined);
      context.mock.method(gateway.state, 'put', () => Promise.reject(unavailable('the store')));
      assert.deepEqual((await all(2)).seen, ids);
    });
  });

  for (const query of [
    '?limit=0',
    '?limit=101',
    '?limit=-1',
    '?limit=x',
    '?limit=',
    '?limit=1.5',
    '?limit=1&limit=2',
    '?cursor=x',
    '?cursor=',
    '?cursor=a&cursor=b',
    `?cursor=${Buffer.from('job:x').toString('base64url')}`,
  ]) {
    test(`answers 400 bad_request for ${query}`, async () => {
      const { status, json } = await buildGateway().call('GET', `/jobs${query}`, { headers: asOwner });
      // The user has no jobs here. A bad cursor is refused all the same.
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }
});

describe('GET /jobs with a filter, while the store is slow', () => {
  /** A gateway that reads jobs only when `release` is called, and the number of reads that wait. */
  async function slowGateway(context: TestContext) {
    const gateway = buildGateway({ limits: { searches: { all: 2, perUser: 1 } } });
    for (const owner of [OWNER.id, STRANGER.id]) await gateway.save(newJob({ owner }));
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const getMany = gateway.state.getMany.bind(gateway.state);
    context.mock.method(gateway.state, 'getMany', async (...args: Parameters<typeof getMany>) => {
      await promise;
      return getMany(...args);
    });
    const list = (query: string, headers: Record<string, string>) =>
      gateway.call('GET', `/jobs${query}`, { headers });
    return { list, release };
  }

  for (const query of ['?status=queued', '?search=film', '?search=film&status=done']) {
    test(`refuses a user who has too many lists under way, and no other user: ${query}`, async (context) => {
      const { list, release } = await slowGateway(context);
      const [first, second] = [list(query, asOwner), list(query, asOwner)];
      const refused = await Promise.race([first, second]);
      assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests']);
      assert.ok(refused.headers['retry-after']);
      const others = [list(query, asStranger), list('', asOwner), list('?search=%20&limit=5', asOwner)];
      release();
      const statuses = (await Promise.all([first, second, ...others])).map(({ status }) => status);
      assert.deepEqual(statuses.toSorted(), [200, 200, 200, 200, 429]);
      assert.equal((await list(query, asOwner)).status, 200);
    });
  }
});
