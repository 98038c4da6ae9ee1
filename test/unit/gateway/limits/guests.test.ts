import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { countActive } from '../../../../services/gateway/job-index/count-active.ts';
import { addCounts, adjustCount, emptyCounts } from '../../../../services/gateway/limits/quota.ts';
import { countOpenUploads } from '../../../../services/gateway/uploads/tus/open-uploads.ts';
import { baseOf } from '../../../../services/shared/jobs/job.ts';
import type { Call } from '../../../support/in-process.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4 } from '../sample-uploads.ts';
import {
  asGuest,
  asOwner,
  bearer,
  buildGateway,
  type Gateway,
  GUEST,
  jsonReply,
  type Limits,
  tokenOf,
} from '../test-gateway.ts';
import { tusClient } from '../uploads/tus/tus-client.ts';

const MAX = 10_000;
const RETENTION_SECONDS = 120;
const video = { ...asGuest, 'content-type': 'video/mp4' };
/** The guest after the registration. */
const asRegistered = bearer(await tokenOf({ id: GUEST.id, email: 'new@example.com' }));
const asOtherGuest = bearer(
  await tokenOf({ id: '22222222-8d0b-4a53-9a35-0d6c2c1f7b10' }, { claims: { guest: true } }),
);

const build = (limits: Limits = {}) =>
  buildGateway({ guestLimits: { maxUploadBytes: MAX, retentionSeconds: RETENTION_SECONDS }, limits });
const upload = (gateway: Gateway, call: Call = {}) =>
  gateway.call('POST', '/upload?filename=a.mp4', { headers: video, body: mp4(MAX), ...call });
/** Counts the store as the sweep does. */
const recount = async ({ admission, jobs, index, resumable }: Gateway) =>
  admission.updateCounts(
    addCounts(await countActive(jobs, index), await countOpenUploads(resumable.openUploads)),
  );

describe('the size of an upload of a guest', () => {
  it('may be up to the limit of guests', async () => {
    assert.equal((await upload(build())).status, 202);
    assert.ok(await tusClient(build(), asGuest).create(MAX));
  });

  const bytes = mp4(MAX + 1);
  const TOO_LARGE: [way: string, call: Call][] = [
    ['as a raw body', { body: bytes }],
    ['as a raw body in chunks', { body: inPieces(bytes, 999) }],
    ['as a form', { headers: { ...asGuest, ...formType }, body: form([filePart(bytes)]) }],
    [
      'as a form in chunks',
      { headers: { ...asGuest, ...formType }, body: inPieces(form([filePart(bytes)])) },
    ],
  ];
  for (const [way, call] of TOO_LARGE) {
    it(`is refused with 413 above that, ${way}, and leaves nothing behind`, async () => {
      const gateway = build();
      const reply = await upload(gateway, call);
      assert.deepEqual([reply.status, reply.json.code], [413, 'too_large']);
      assert.match(reply.json.detail, /10[,. ]?000/);
      assert.deepEqual(gateway.storedKeys(), []);
    });
  }

  it('is refused with 413 above that when a resumable upload is created', async () => {
    const reply = await tusClient(build(), asGuest).post({ 'upload-length': String(MAX + 1) });
    assert.deepEqual([reply.status, reply.json.code], [413, 'too_large']);
  });

  it('is refused above that when the size of a resumable upload is told later', async () => {
    const tus = tusClient(build(), asGuest);
    const created = await tus.post({ 'upload-defer-length': '1' });
    const path = String(created.headers.location);
    const told = await tus.patch(path, 0, mp4(100), { 'upload-length': String(MAX + 1) });
    assert.equal(told.status, 413, told.text);
    const sent = await tus.patch(path, 0, mp4(MAX + 1));
    assert.equal(sent.status, 413, sent.text);
    assert.ok(Number((await tus.head(path)).headers['upload-offset']) <= MAX);
  });

  it('is refused with 413 above that for a probe, whole and in parts', async () => {
    const { call } = buildGateway({
      converter: () => jsonReply(200, {}),
      guestLimits: { maxUploadBytes: MAX, retentionSeconds: RETENTION_SECONDS },
    });
    const whole = await call('POST', '/probe', { headers: video, body: bytes });
    const inParts = await call('POST', `/probe?size=${MAX + 1}&tail=10`, { headers: video, body: mp4(100) });
    assert.deepEqual([whole.status, inParts.status], [413, 413]);
  });

  it('does not concern a user', async () => {
    const gateway = build();
    assert.equal((await upload(gateway, { headers: { ...video, ...asOwner }, body: bytes })).status, 202);
    assert.ok(await tusClient(gateway, asOwner).create(MAX + 1));
  });
});

describe('a job of a guest', () => {
  const jobOf = async (gateway: Gateway, id: string) => (await gateway.jobs.get(id)).document;
  /** Makes a job by each way in which a file may arrive. */
  const WAYS: [way: string, send: (gateway: Gateway) => Promise<string>][] = [
    ['POST /upload', async (gateway) => (await upload(gateway)).json.id],
    [
      'a resumable upload',
      async (gateway) => {
        const tus = tusClient(gateway, asGuest);
        const sent = await tus.patch(await tus.create(MAX), 0, mp4(MAX));
        return String(sent.headers['mp3-job']);
      },
    ],
  ];
  for (const [way, send] of WAYS) {
    it(`has no address and is kept as long as guests are promised, by ${way}`, async () => {
      const gateway = build();
      const job = await jobOf(gateway, await send(gateway));
      assert.deepEqual([job.owner, job.email], [GUEST.id, '']);
      const seconds = (Date.parse(job.expires_at) - Date.parse(job.created_at)) / 1000;
      assert.equal(seconds, RETENTION_SECONDS);
      assert.deepEqual(gateway.publishedVideos, [job]);
    });
  }

  it('is a guest’s alone, and that of the account that the guest registers', async () => {
    const gateway = build();
    const { id } = (await upload(gateway)).json;
    const paths = [`/jobs/${id}`, `/jobs/${id}/link`, `/download/${id}`];
    for (const headers of [asOwner, asOtherGuest])
      for (const path of paths)
        assert.equal((await gateway.call('GET', path, { headers })).status, 404, path);
    for (const headers of [asGuest, asRegistered]) {
      assert.equal((await gateway.call('GET', `/jobs/${id}`, { headers })).status, 200);
      const { json } = await gateway.call('GET', '/jobs', { headers });
      assert.deepEqual(
        json.jobs.map((job: { id: string }) => job.id),
        [id],
      );
    }
  });

  it('cannot be that of somebody else', async () => {
    const gateway = build();
    const { id } = await gateway.save(newJob());
    for (const [method, path] of [
      ['GET', `/jobs/${id}`],
      ['GET', `/download/${id}`],
      ['POST', `/jobs/${id}/cancel`],
      ['POST', `/jobs/${id}/retry`],
      ['DELETE', `/jobs/${id}`],
    ] as const)
      assert.equal((await gateway.call(method, path, { headers: asGuest })).status, 404, `${method} ${path}`);
  });

  it('can be downloaded by the guest', async () => {
    const gateway = build();
    const bytes = Buffer.alloc(5_000, 3);
    const job = done({ owner: GUEST.id, email: '' });
    const written = await gateway.blobs.write(job.mp3BlobId, inPieces(bytes), {
      expires: new Date(job.expires_at),
    });
    await gateway.save({ ...job, mp3: { ...job.mp3, ...written } });
    const reply = await gateway.call('GET', `/download/${job.id}`, { headers: asGuest });
    assert.equal(reply.status, 200);
    assert.ok(reply.bytes.equals(bytes));
  });

  it('is that of the same content, but not for the account that the guest registers', async () => {
    const gateway = build();
    const { id } = (await upload(gateway)).json;
    await gateway.jobs.update(id, (job) => done({ ...baseOf(job), mp3BlobId: randomUUID() }));
    assert.equal((await upload(gateway)).json.id, id);
    const registered = await upload(gateway, { headers: { ...video, ...asRegistered } });
    assert.notEqual(registered.json.id, id);
    assert.equal((await jobOf(gateway, registered.json.id)).email, 'new@example.com');
  });

  it('goes on from an upload that the guest began before the registration', async () => {
    const gateway = build();
    const path = await tusClient(gateway, asGuest).create(MAX);
    const tus = tusClient(gateway, asRegistered);
    const sent = await tus.patch(path, 0, mp4(MAX));
    const job = await jobOf(gateway, String(sent.headers['mp3-job']));
    assert.deepEqual([job.owner, job.email], [GUEST.id, '']);
  });
});

describe('the unfinished jobs of guests', () => {
  const MANY = { all: 100, perUser: 50 };
  const create = { 'upload-length': String(MAX) };

  it('are refused with 429 above the limit of one guest, also as resumable uploads and as retries', async () => {
    const gateway = build({ activeJobs: { ...MANY, guests: { all: 50, perUser: 2 } } });
    const job = await gateway.save(failed({ owner: GUEST.id, email: '' }));
    assert.equal((await upload(gateway)).status, 202);
    assert.equal((await tusClient(gateway, asGuest).post(create)).status, 201);
    for (const isRecounted of [false, true]) {
      if (isRecounted) await recount(gateway);
      const replies = [
        await upload(gateway, { body: mp4(MAX - 1) }),
        await tusClient(gateway, asGuest).post(create),
        await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asGuest }),
      ];
      for (const reply of replies) {
        assert.deepEqual([reply.status, reply.json.code], [429, 'too_many_requests']);
        assert.match(reply.json.detail, /you have 2 unfinished jobs/);
        assert.match(String(reply.headers['retry-after']), /^\d+$/);
      }
    }
    assert.equal((await upload(gateway, { headers: { ...video, ...asRegistered } })).status, 202);
  });

  it('are refused with 503 above the limit of all guests, and those of users are not', async () => {
    const gateway = build({ activeJobs: { ...MANY, guests: { all: 2, perUser: 2 } } });
    assert.equal((await upload(gateway)).status, 202);
    assert.equal((await tusClient(gateway, asOtherGuest).post(create)).status, 201);
    for (const isRecounted of [false, true]) {
      if (isRecounted) await recount(gateway);
      const reply = await upload(gateway, { headers: { ...video, ...asOtherGuest } });
      assert.deepEqual([reply.status, reply.json.code], [503, 'unavailable']);
      assert.match(reply.json.detail, /guests/);
      assert.equal((await upload(gateway, { headers: { ...video, ...asOwner } })).status, 202);
    }
  });

  it('free their places when they end', async () => {
    const gateway = build({ activeJobs: { ...MANY, guests: { all: 1, perUser: 1 } } });
    const { id } = (await upload(gateway)).json;
    await gateway.call('POST', `/jobs/${id}/cancel`, { headers: asGuest });
    await recount(gateway);
    assert.equal((await upload(gateway, { headers: { ...video, ...asOtherGuest } })).status, 202);
  });

  it('free their places when an upload fails', async () => {
    const gateway = build({ activeJobs: { ...MANY, guests: { all: 1, perUser: 1 } } });
    for (let count = 0; count < 2; count++)
      assert.equal((await upload(gateway, { body: Buffer.alloc(5_000, 'x') })).status, 415);
    assert.equal((await upload(gateway)).status, 202);
  });
});

describe('addCounts', () => {
  it('adds the guests of both counts', () => {
    const [one, other] = [emptyCounts(), emptyCounts()];
    adjustCount(one, { id: 'a', group: 'guest' }, 1);
    adjustCount(other, { id: 'b', group: 'guest' }, 1);
    adjustCount(other, OWNER, 1);
    const { all, guests } = addCounts(one, other);
    assert.deepEqual([all, guests], [3, 2]);
  });
});
