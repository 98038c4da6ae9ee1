import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { rename } from '../../../../services/shared/jobs/transitions.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { asOwner, asStranger, buildGateway, STRANGER } from '../test-gateway.ts';

const film = (filename: string, status: Job['status'] = 'queued') => newJob({ filename, status } as object);

/** A user's jobs, the newest first, beside one of another user. */
async function withJobs(jobs: readonly Job[]) {
  const gateway = buildGateway();
  await gateway.save(newJob({ owner: STRANGER.id, filename: 'Zürich.mp4' }));
  for (const job of jobs.toReversed()) await gateway.save(job);
  const list = async (query: string, headers = asOwner) => {
    const { status, json } = await gateway.call('GET', `/jobs${query}`, { headers });
    assert.equal(status, 200);
    const names = json.jobs.map(({ filename }: { filename: string }) => filename) as string[];
    return { names, next: json.next_cursor as string | null };
  };
  const listAll = async (query: string) => {
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`${query}${cursor && `&cursor=${cursor}`}`);
      names.push(...page.names);
      cursor = page.next;
    }
    return names;
  };
  return { ...gateway, list, listAll };
}

describe('GET /jobs, with filters', () => {
  const JOBS = [
    film('Zürich 1.mp4'),
    done({ filename: 'zurich 2.mkv' }),
    failed({ filename: 'Straße.mp4' }),
    film('100% [a+b].mp4', 'cancelled'),
    film('фильм é.mp4', 'converting'),
  ];
  const NAMES = JOBS.map(({ filename }) => filename);
  const [zurich1 = '', zurich2 = '', strasse = '', special = '', russian = ''] = NAMES;
  const LISTS: [query: string, names: string[]][] = [
    ['', NAMES],
    ['?status=done', [zurich2]],
    ['?status=done&status=failed', [zurich2, strasse]],
    ['?status=failed,done', [zurich2, strasse]],
    ['?status=done,failed&status=done', [zurich2, strasse]],
    ['?status=queued,converting,done,failed,cancelled', NAMES],
    ['?search=zurich', [zurich1, zurich2]],
    ['?search=Z%C3%9CRICH', [zurich1, zurich2]],
    ['?search=STRASSE', [strasse]],
    ['?search=%20%20zurich%20', [zurich1, zurich2]],
    ['?search=zurich+2', [zurich2]],
    ['?search=%D0%A4%D0%98%D0%9B%D0%AC%D0%9C', [russian]],
    ['?search=e', [strasse, russian]],
    ['?search=100%25', [special]],
    ['?search=[a%2Bb]', [special]],
    ['?search=.*', []],
    ['?search=', NAMES],
    ['?search=%20', NAMES],
    ['?search=nothing', []],
    ['?search=zurich&status=queued', [zurich1]],
    ['?search=zurich&status=failed', []],
    [`?search=${'a'.repeat(255)}`, []],
  ];
  for (const [query, names] of LISTS) {
    it(`returns ${names.length} of 5 jobs for ${decodeURIComponent(query.slice(0, 50)) || 'no filter'}`, async () => {
      const { list } = await withJobs(JOBS);
      assert.deepEqual(await list(query), { names, next: null });
    });
  }

  it('never finds jobs of others, and none that are hidden', async () => {
    const { list, save } = await withJobs([]);
    await save(film('Zürich.mp4', 'uploading'));
    await save(film('Zürich.mp4', 'deleted'));
    assert.deepEqual((await list('?search=zurich')).names, []);
    assert.deepEqual((await list('?search=zurich', asStranger)).names, ['Zürich.mp4']);
  });

  it('finds a job by its new name once it is renamed', async () => {
    const job = done({ filename: 'a.mp4' });
    const { list, jobs } = await withJobs([job]);
    await jobs.update(job.id, rename('b.mp4'));
    assert.deepEqual([(await list('?search=a.')).names, (await list('?search=b.')).names], [[], ['b.mp4']]);
  });

  for (const query of [
    '?status=',
    '?status=x',
    '?status=uploading',
    '?status=deleted',
    '?status=done,',
    '?status=Done',
    '?status=done&status=x',
    '?status=__proto__',
    '?search=a&search=b',
    `?search=${'a'.repeat(256)}`,
  ]) {
    it(`answers 400 bad_request for ${query.slice(0, 40)}`, async () => {
      const { status, json } = await buildGateway().call('GET', `/jobs${query}`, { headers: asOwner });
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }

  for (const [count, limit] of [
    [130, 5],
    [130, 13],
    [250, 100],
  ] as const) {
    it(`returns each tenth of ${count} jobs once in pages of ${limit}`, async () => {
      const jobs = Array.from({ length: count }, (_, number) =>
        number % 10 ? film(`${number}`) : done({ filename: `wanted ${number}` }),
      );
      const { listAll } = await withJobs(jobs);
      const wanted = jobs.filter(({ status }) => status === 'done').map(({ filename }) => filename);
      assert.deepEqual(await listAll(`?status=done&limit=${limit}`), wanted);
      assert.deepEqual(await listAll(`?search=WANTED&limit=${limit}`), wanted);
    });
  }

  it('reads 2,000 jobs in one request at most, and goes on behind them', async (context: TestContext) => {
    const { list, jobs, index } = await withJobs([]);
    const COUNT = 2_500;
    await jobs.create(done({ id: '00000000-8d0b-4a53-9a35-0d6c2c1f7b10', filename: 'wanted' }));
    await index.addOwned(OWNER.id, '00000000-8d0b-4a53-9a35-0d6c2c1f7b10');
    for (let number = 0; number < COUNT; number++) {
      const job = failed({ filename: 'x' });
      await jobs.create(job);
      await index.addOwned(OWNER.id, job.id);
    }
    const reads = context.mock.method(jobs, 'getMany');
    const idsRead = () => reads.mock.calls.reduce((sum, { arguments: [ids] }) => sum + ids.length, 0);
    const first = await list('?search=wanted');
    assert.deepEqual(first.names, []);
    assert.ok(first.next !== null && idsRead() <= 2_000, String(idsRead()));
    const second = await list(`?search=wanted&cursor=${first.next}`);
    assert.deepEqual(second, { names: ['wanted'], next: null });
  });
});
