import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { MAX_FILES } from '../../../../../services/gateway/downloads/archive/select-jobs.ts';
import { retryWith } from '../../../../../services/shared/jobs/generations.ts';
import type { Job } from '../../../../../services/shared/jobs/job.ts';
import { rename, tombstone } from '../../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../../services/shared/runtime/errors.ts';
import { done, failed, flat, HIDDEN, newJob, OWNER } from '../../../../support/job.ts';
import { inPieces, randomBytes } from '../../../../support/random.ts';
import { readZip } from '../../../../support/read-zip.ts';
import { asOwner, asStranger, buildGateway, type Limits, STRANGER } from '../../test-gateway.ts';

const OTHERS = [newJob(), newJob({ status: 'converting' }), failed(), newJob({ status: 'cancelled' })];

/** A gateway with jobs that are done and have these file names, the oldest first, and with jobs that have no MP3. */
async function withMp3s(filenames: readonly string[], limits: Limits = {}) {
  const gateway = buildGateway({ limits });
  const saveMp3 = async (bytes: Buffer, fields: Partial<Job>) => {
    const mp3BlobId = randomUUID();
    const expires = new Date(Date.now() + 3600_000);
    const { size, sha256 } = await gateway.blobs.write(mp3BlobId, inPieces(bytes), { expires });
    const mp3 = { size, sha256, duration_seconds: 60 };
    return gateway.save(done({ ...(fields as object), mp3BlobId, mp3 }));
  };
  const jobs: Job[] = [];
  for (const [at, filename] of filenames.entries())
    jobs.push(await saveMp3(randomBytes(1000 + at, at + 1), { filename }));
  for (const job of OTHERS) await gateway.save({ ...job, id: randomUUID() });
  const theirs = await saveMp3(randomBytes(5), { owner: STRANGER.id, filename: 'secret.mp4' });
  const fetch = (query = '', headers: Record<string, string> = asOwner, method = 'GET') =>
    gateway.call(method, `/download/archive${query}`, { headers });
  return { ...gateway, saved: jobs, theirs, saveMp3, fetch };
}
const query = (...jobs: Pick<Job, 'id'>[]) => `?${jobs.map(({ id }) => `id=${id}`).join('&')}`;
const namesIn = (zip: Buffer) => readZip(zip).map(({ name }) => name);

describe('GET /download/archive', () => {
  it('sends all MP3s of the user, the newest first, with their dates', async () => {
    const { fetch, saved } = await withMp3s(['a.mp4', 'b.mkv', 'фильм.mp4']);
    const { status, headers, bytes } = await fetch();
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/zip');
    assert.equal(headers['content-disposition'], 'attachment; filename="mp3s.zip"');
    assert.equal(headers['content-length'], String(bytes.length));
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal(headers['accept-ranges'], 'none');
    assert.equal(headers['cache-control'], 'private, no-cache');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /sandbox/);
    const files = readZip(bytes);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['фильм.mp3', 'b.mp3', 'a.mp3'],
    );
    for (const [at, { bytes, date }] of files.toReversed().entries()) {
      assert.ok(bytes.equals(randomBytes(1000 + at, at + 1)));
      const sent = Date.parse(saved[at]?.created_at ?? '');
      assert.ok(Math.abs(date.getTime() - sent) < 2_000, `${date}`);
    }
  });

  it('sends the MP3s that are named, in that order and once each', async () => {
    const { fetch, saved } = await withMp3s(['a.mp4', 'b.mp4', 'c.mp4']);
    const [a, b] = saved as [Job, Job];
    const { status, bytes } = await fetch(query(b, a, b));
    assert.deepEqual([status, namesIn(bytes)], [200, ['b.mp3', 'a.mp3']]);
  });

  it('gives each file a name of its own, which leads nowhere else', async () => {
    const { fetch } = await withMp3s(['a.mp4', 'A.mkv', '../a.mp4', '/etc/passwd', 'CON.mp4']);
    const { bytes } = await fetch();
    assert.deepEqual(namesIn(bytes), ['_CON.mp3', '_etc_passwd.mp3', '_a.mp3', 'A.mp3', 'a (2).mp3']);
  });

  it('uses the new name of a job that was renamed', async () => {
    const { fetch, saved, jobs } = await withMp3s(['a.mp4']);
    await jobs.update(saved[0]?.id ?? '', rename('Holidays.mp4'));
    assert.deepEqual(namesIn((await fetch()).bytes), ['Holidays.mp3']);
  });

  it('has the earlier MP3 of a job that is converted again', async () => {
    const { fetch, saved, jobs } = await withMp3s(['a.mp4']);
    await jobs.update(saved[0]?.id ?? '', retryWith({ bitrate: 192 }));
    assert.ok(readZip((await fetch()).bytes)[0]?.bytes.equals(randomBytes(1000)));
  });

  it('answers HEAD with the same headers and no body, and reads no blob', async (context) => {
    const { fetch, blobs } = await withMp3s(['a.mp4', 'é.mp4']);
    const { headers: expected } = await fetch();
    const reads = context.mock.method(blobs, 'read');
    const { status, headers, bytes } = await fetch('', asOwner, 'HEAD');
    assert.deepEqual([status, bytes.length, reads.mock.callCount()], [200, 0, 0]);
    assert.deepEqual({ ...headers, date: '' }, { ...expected, date: '' });
  });

  it('ignores a range, because an archive has none', async () => {
    const { fetch } = await withMp3s(['a.mp4']);
    const { status, bytes } = await fetch('', { ...asOwner, range: 'bytes=0-9' });
    assert.deepEqual([status, namesIn(bytes)], [200, ['a.mp3']]);
  });

  it('is no job with the id «archive» at the other route of downloads', async () => {
    const { call } = await withMp3s(['a.mp4']);
    assert.equal((await call('GET', '/download?fid=archive', { headers: asOwner })).status, 404);
  });
});

describe('GET /download/archive, refused', () => {
  for (const [what, job] of [...HIDDEN, ...OTHERS.map((each) => [each.status, each] as const)]) {
    it(`answers 404 where one of the jobs is ${what}`, async () => {
      const { fetch, saved, save } = await withMp3s(['a.mp4']);
      const other = await save({ ...job, id: randomUUID() });
      const { status, json, headers } = await fetch(query(saved[0] as Job, other));
      assert.deepEqual([status, json.code], [404, 'not_found']);
      assert.equal(headers['content-disposition'], undefined);
    });
  }

  it('answers 404 for the job of another user as for one that does not exist', async () => {
    const { fetch, saved, theirs } = await withMp3s(['a.mp4']);
    const id = randomUUID();
    const [foreign, missing] = [await fetch(query(saved[0] as Job, theirs)), await fetch(query({ id }))];
    assert.deepEqual([foreign.status, missing.status], [404, 404]);
    assert.deepEqual(foreign.json.detail.replace(theirs.id, ''), missing.json.detail.replace(id, ''));
  });

  for (const id of ['', 'x', '..%2f..', 'job:x', '%00', `${randomUUID()},${randomUUID()}`]) {
    it(`answers 404 for the invalid id ${JSON.stringify(id.slice(0, 10))}, and never sends all MP3s for it`, async () => {
      const { fetch } = await withMp3s(['a.mp4']);
      const { status, json } = await fetch(`?id=${id}`);
      assert.deepEqual([status, json.code], [404, 'not_found']);
    });
  }

  it('answers 404 to a user without an MP3, and 401 without a token', async () => {
    const { fetch, theirs, jobs } = await withMp3s(['a.mp4']);
    assert.equal((await fetch('', {})).status, 401);
    await jobs.update(theirs.id, tombstone);
    const { status, json } = await fetch('', asStranger);
    assert.deepEqual([status, json.code], [404, 'not_found']);
  });

  it('takes no signed link of a single MP3', async () => {
    const { call, links, saved } = await withMp3s(['a.mp4']);
    const { search } = new URL(links.sign(saved[0]?.id ?? '', new Date(Date.now() + 60_000)));
    assert.equal((await call('GET', `/download/archive${search}&id=${saved[0]?.id}`)).status, 401);
  });

  it('answers 404 where the first MP3 does not exist any more, and 503 while the store is away', async (context) => {
    const { fetch, saved, blobs } = await withMp3s(['a.mp4']);
    const stat = context.mock.method(blobs, 'stat', () => Promise.reject(unavailable('the store')));
    assert.equal((await fetch()).status, 503);
    stat.mock.restore();
    await blobs.delete(flat(saved[0] as Job).mp3BlobId ?? '');
    const { status, json } = await fetch();
    assert.deepEqual([status, json.code], [404, 'not_found']);
  });

  it('counts as one of the downloads of the user', async () => {
    const { fetch, call, saved } = await withMp3s(['a.mp4'], { downloads: { all: 10, perUser: 0 } });
    for (const reply of [await fetch(), await call('GET', `/download/${saved[0]?.id}`, { headers: asOwner })])
      assert.deepEqual([reply.status, reply.json.code], [429, 'too_many_requests']);
  });

  it('leaves out a job whose document is damaged where all are asked for, and answers 404 where it is named', async () => {
    const { fetch, saved, state } = await withMp3s(['a.mp4', 'b.mp4']);
    await state.put(`job:${saved[0]?.id}`, '{"revision":"a","docu');
    assert.deepEqual(namesIn((await fetch()).bytes), ['b.mp3']);
    assert.equal((await fetch(query(...saved))).status, 404);
  });
});

describe('GET /download/archive, of many MP3s', () => {
  const many = async (count: number, make: () => Job) => {
    const gateway = await withMp3s([]);
    for (let number = 0; number < count; number++) {
      const job = make();
      await gateway.jobs.create(job);
      await gateway.index.addOwned(OWNER.id, job.id);
    }
    return gateway;
  };

  it(`has ${MAX_FILES} MP3s at most`, async () => {
    const gateway = await many(MAX_FILES, done);
    assert.equal((await gateway.fetch('', asOwner, 'HEAD')).status, 200);
    await gateway.save(done());
    const { status, json } = await gateway.fetch();
    assert.deepEqual([status, json.code], [422, 'too_many_files']);
  });

  it('finds the MP3s behind many jobs without one', async () => {
    const gateway = await many(0, done);
    await gateway.saveMp3(randomBytes(100), { filename: 'old.mp4' });
    for (let number = 0; number < 500; number++) {
      const job = failed();
      await gateway.jobs.create(job);
      await gateway.index.addOwned(OWNER.id, job.id);
    }
    assert.deepEqual(namesIn((await gateway.fetch()).bytes), ['old.mp3']);
  });

  it('is refused where there are more jobs than can be read for it, because MP3s could be left out', async (context) => {
    const gateway = await many(0, done);
    context.mock.method(gateway.index, 'listOwned', async function* () {
      for (let page = 0; page <= 100; page++) yield { number: page, entries: [], end: '' };
    });
    assert.equal((await gateway.fetch()).status, 422);
  });
});
