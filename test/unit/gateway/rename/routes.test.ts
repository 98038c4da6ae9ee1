import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import {
  claim,
  complete,
  fail,
  requeue,
  type Transition,
  tombstone,
  updateAttempt,
} from '../../../../services/shared/jobs/transitions.ts';
import { done, failed, flat, newJob } from '../../../support/job.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { withMp3 } from '../gateway-with-mp3.ts';
import { asOwner, asStranger, buildGateway } from '../test-gateway.ts';

const MP3 = { size: 9, sha256: 'ab', duration_seconds: 1 };
const converting = () => newJob({ status: 'converting', attemptId: 'mine', progress: 0.5, attempts: 1 });

async function withJob(job: Job) {
  const gateway = buildGateway();
  await gateway.save(job);
  const rename = (body: object | string, headers: Record<string, string> = asOwner) =>
    gateway.call('PATCH', `/jobs/${job.id}`, { headers, body });
  const now = async () => flat((await gateway.jobs.find(job.id)) ?? assert.fail('there is no such job'));
  return { ...gateway, job, rename, now };
}

describe('PATCH /jobs/:id', () => {
  const STATES: [status: Job['status'], make: () => Job][] = [
    ['queued', newJob],
    ['converting', converting],
    ['done', done],
    ['failed', failed],
    ['cancelled', () => newJob({ status: 'cancelled' })],
  ];
  for (const [status, make] of STATES) {
    it(`renames a job that is ${status}, notes when, and changes nothing else, also the second time`, async () => {
      const { rename, now, job } = await withJob(make());
      await rename({ filename: 'Holidays.mp4' });
      const { renamed_at = assert.fail('the job does not tell when it was renamed') } = await now();
      const renamed = { ...job, filename: 'Holidays.mp4', renamed_at };
      assert.deepEqual(await now(), flat(renamed));
      const again = await rename({ filename: 'Holidays.mp4' });
      assert.deepEqual([again.status, again.json], [200, viewOf(renamed)]);
      assert.deepEqual(await now(), flat(renamed));
    });
  }

  const NAMES: [given: string, kept: string][] = [
    ['фильм é🎬.mp4', 'фильм é🎬.mp4'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\films\\a.mp4', 'a.mp4'],
    ['a\r\nBcc: eve@example.com', 'aBcc: eve@example.com'],
    ['film\u202e4pm.exe', 'film4pm.exe'],
    ['half \ud83d', 'half'],
    ['$etag', '$etag'],
    ['__proto__', '__proto__'],
    ['<b>"&\'', '<b>"&\''],
    [`${'é'.repeat(2000)}.MP4`, `${'é'.repeat(125)}.MP4`],
  ];
  for (const [given, kept] of NAMES) {
    it(`cleans the name ${JSON.stringify(given.slice(0, 30))} as that of an upload`, async () => {
      const { rename, now } = await withJob(done());
      const { json } = await rename({ filename: given });
      assert.deepEqual([json.filename, (await now()).filename], [kept, kept]);
    });
  }

  const REFUSED: [what: string, body: object | string, status: number, code: string][] = [
    ['an empty name', { filename: '' }, 400, 'bad_request'],
    ['a name of spaces', { filename: ' \t ' }, 400, 'bad_request'],
    ['a name of invisible characters', { filename: '\u200b\u202e\0' }, 400, 'bad_request'],
    ['a path that ends in a folder', { filename: 'films/' }, 400, 'bad_request'],
    ['a number', { filename: 5 }, 400, 'bad_request'],
    ['null', { filename: null }, 400, 'bad_request'],
    ['a list of names', { filename: ['a.mp4'] }, 400, 'bad_request'],
    ['no name', {}, 400, 'bad_request'],
    ['another field', { filename: 'a.mp4', status: 'done' }, 400, 'bad_request'],
    ['an array', ['a.mp4'], 400, 'bad_request'],
    ['broken JSON', '{"filename":', 400, 'bad_request'],
    ['a body of more than 16 KiB', { filename: 'a'.repeat(17_000) }, 413, 'too_large'],
  ];
  for (const [what, body, status, code] of REFUSED) {
    it(`answers ${status} ${code} to ${what}, and leaves the job as it is`, async () => {
      const { rename, now, job } = await withJob(done());
      const headers = { ...asOwner, 'content-type': 'application/json' };
      const reply = await rename(body, headers);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.deepEqual(await now(), flat(job));
    });
  }

  it('answers 415 to a body that is no JSON', async () => {
    const { rename } = await withJob(done());
    const reply = await rename('filename=a', { ...asOwner, 'content-type': 'text/plain' });
    assert.deepEqual([reply.status, reply.json.code], [415, 'unsupported_media_type']);
  });

  it('answers 404 to a stranger and 401 without a token, and leaves the job as it is', async () => {
    const { rename, now, job } = await withJob(done());
    assert.equal((await rename({ filename: 'mine.mp4' }, asStranger)).status, 404);
    assert.equal((await rename({ filename: 'mine.mp4' }, {})).status, 401);
    assert.deepEqual(await now(), flat(job));
  });

  it('lets the MP3 be downloaded under the new name, by login and by an earlier link', async () => {
    const { call, job, link } = await withMp3();
    await call('PATCH', `/jobs/${job.id}`, { headers: asOwner, body: { filename: 'é.mkv' } });
    for (const [path, headers] of [
      [`/download/${job.id}`, asOwner],
      [link(), {}],
    ] as const) {
      const reply = await call('HEAD', path, { headers });
      assert.equal(
        reply.headers['content-disposition'],
        `attachment; filename="_.mp3"; filename*=UTF-8''%C3%A9.mp3`,
      );
    }
  });
});

describe('PATCH /jobs/:id, while the job is converted', () => {
  const SAVES: [what: string, save: Transition, status: Job['status']][] = [
    ['renews its lease', updateAttempt('mine', { progress: 0.6 }), 'converting'],
    ['completes it', complete('mine', { mp3: MP3, warnings: [] }, {}), 'done'],
    ['fails it', fail('mine', { code: 'no_audio', detail: 'no sound' }, {}), 'failed'],
    ['hands it back', requeue('mine', {}), 'queued'],
  ];
  for (const [what, save, status] of SAVES) {
    it(`keeps the new name and what the converter saves, where the converter ${what} afterwards`, async () => {
      const { rename, jobs, job, now } = await withJob(converting());
      await rename({ filename: 'Holidays.mp4' });
      await jobs.update(job.id, save);
      assert.deepEqual([(await now()).status, (await now()).filename], [status, 'Holidays.mp4']);
    });

    it(`keeps both where the converter ${what} between the read and the save of the rename`, async (context) => {
      const { rename, state, job, now } = await withJob(converting());
      const { put } = state;
      const converter = createJobStore(asOtherProcess(state));
      let isFirst = true;
      context.mock.method(state, 'put', async (...args: Parameters<typeof put>) => {
        if (isFirst && args[0] === `job:${job.id}`) {
          isFirst = false;
          await converter.update(job.id, save);
        }
        return put(...args);
      });
      const { status: answer, json } = await rename({ filename: 'Holidays.mp4' });
      assert.deepEqual([answer, json.status, json.filename], [200, status, 'Holidays.mp4']);
      assert.deepEqual([(await now()).status, (await now()).filename], [status, 'Holidays.mp4']);
      assert.equal(isFirst, false);
    });
  }

  it('answers 404 and leaves the tombstone where the job is deleted in between', async (context) => {
    const { rename, jobs, index, job, now } = await withJob(done());
    const { addActive } = index;
    context.mock.method(index, 'addActive', async (...args: Parameters<typeof addActive>) => {
      context.mock.restoreAll();
      await jobs.update(job.id, tombstone);
      return addActive(...args);
    });
    const { status, json } = await rename({ filename: 'Holidays.mp4' });
    assert.deepEqual([status, json.code], [404, 'not_found']);
    assert.deepEqual([(await now()).status, (await now()).filename], ['deleted', '']);
  });

  it('leaves each of many concurrent renames and heartbeats intact', async () => {
    const { rename, jobs, job, now } = await withJob(newJob());
    await jobs.update(job.id, claim('one'));
    const names = Array.from({ length: 5 }, (_, number) => `${number}.mp4`);
    const [replies] = await Promise.all([
      Promise.all(names.map((filename) => rename({ filename }))),
      jobs.update(job.id, updateAttempt('one', { progress: 0.7 })),
    ]);
    assert.deepEqual(
      replies.map(({ status, json }) => [status, json.filename]),
      names.map((name) => [200, name]),
    );
    const { progress, filename, attemptId } = await now();
    assert.deepEqual([progress, names.includes(filename), attemptId], [0.7, true, 'one']);
  });
});
