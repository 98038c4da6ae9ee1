import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { draftJob } from '../../../../services/gateway/uploads/draft-job.ts';
import { retryWith } from '../../../../services/shared/jobs/generations.ts';
import { baseOf } from '../../../../services/shared/jobs/job.ts';
import { mp3EventOf } from '../../../../services/shared/jobs/job-events.ts';
import { claim } from '../../../../services/shared/jobs/transitions.ts';
import { sameLimits } from '../../../support/group-limits.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { MP3, withMp3 } from '../gateway-with-mp3.ts';
import { asOwner, asStranger, buildGateway } from '../test-gateway.ts';

const pathOf = (url: string) => {
  const { pathname, search } = new URL(url);
  return pathname + search;
};

async function withLink() {
  const gateway = await withMp3();
  const get = (headers: Record<string, string> = asOwner) =>
    gateway.call('GET', `/jobs/${gateway.job.id}/link`, { headers });
  return { ...gateway, get };
}

describe('GET /jobs/:id/link', () => {
  it('returns a link that downloads the MP3 without a login', async () => {
    const { get, call } = await withLink();
    const { status, json, headers } = await get();
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'no-store');
    const { status: answer, bytes } = await call('GET', pathOf(json.url));
    assert.equal(answer, 200);
    assert.ok(bytes.equals(MP3.subarray(0, 1000)));
  });

  it('returns the same link as the mail has, which ends when the job does', async () => {
    const gateway = buildGateway();
    const upload = { id: randomUUID(), videoBlobId: randomUUID(), traceId: '0'.repeat(32), original: null };
    const draft = draftJob(
      { ...upload, user: OWNER, filename: 'Ferien.mp4' },
      {
        links: gateway.links,
        groupLimits: sameLimits({ maxUploadBytes: 1_000_000, retentionSeconds: 3600 }),
      },
    );
    const job = await gateway.save({ ...done(), ...baseOf(draft) });
    const { json } = await gateway.call('GET', `/jobs/${job.id}/link`, { headers: asOwner });
    assert.deepEqual(json, { url: draft.download_url, expires_at: job.expires_at });
    assert.equal(mp3EventOf(job)?.mp3?.download_url, json.url);
    const expires = Number(new URL(json.url).searchParams.get('expires'));
    assert.equal(expires, Math.floor(Date.parse(job.expires_at) / 1000));
  });

  it('is revoked by the deletion of the job', async () => {
    const { get, call, job } = await withLink();
    const { json } = await get();
    await call('DELETE', `/jobs/${job.id}`, { headers: asOwner });
    assert.equal((await call('GET', pathOf(json.url))).status, 404);
    assert.equal((await get()).status, 404);
  });

  it('is valid for this job alone', async () => {
    const { get, call, save } = await withLink();
    const other = await save(newJob());
    const { json } = await get();
    const moved = pathOf(json.url).replace(/[\da-f-]{36}/, other.id);
    assert.equal((await call('GET', moved)).status, 403);
  });

  it('answers 404 to a stranger, and 401 without a token', async () => {
    const { get } = await withLink();
    assert.equal((await get(asStranger)).status, 404);
    assert.equal((await get({})).status, 401);
  });

  for (const job of [newJob(), newJob({ status: 'converting' }), failed(), newJob({ status: 'cancelled' })]) {
    it(`answers 409 not_ready for a job that is ${job.status}`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      const { status, json } = await gateway.call('GET', `/jobs/${job.id}/link`, { headers: asOwner });
      assert.deepEqual([status, json.code, 'url' in json], [409, 'not_ready', false]);
    });
  }

  it('returns the link to the earlier MP3 while a job is converted again', async () => {
    const { get, call, jobs, job } = await withLink();
    await jobs.update(job.id, retryWith({ bitrate: 192 }));
    await jobs.update(job.id, claim('two'));
    const { json } = await get();
    assert.equal((await call('HEAD', pathOf(json.url))).status, 200);
  });
});
