import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  cancelJob,
  deleteJob,
  getJob,
  getLink,
  listJobs,
  renameJob,
  retryJob,
} from '../../../../services/gateway/client/jobs.ts';
import { requestTokens } from '../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../services/gateway/client/session/tokens.ts';
import { uploadVideo } from '../../../../services/gateway/client/uploads/plain-upload.ts';
import { createTestClock } from './test-clock.ts';
import { createTestGateway, mp4 } from './test-gateway.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };
const { signal } = new AbortController();

/** A session at the real gateway, whose converter leaves the jobs alone, and a way to add jobs. */
async function build(context: TestContext) {
  const gateway = createTestGateway(context);
  gateway.converter.run = async () => undefined;
  gateway.users.set(USER.email, USER.password);
  const clock = createTestClock();
  const { transport } = gateway;
  const session = createSession({ transport, tokens: createMemoryTokens(), clock, signal });
  session.start(await requestTokens(transport, USER, signal));
  const upload = async (size: number): Promise<string> => {
    const open = () => new Blob([new Uint8Array(mp4(size))]);
    const video = { name: `${size}.mp4`, size, type: 'video/mp4', open };
    const { id } = await uploadVideo(session, video, { key: `key-${size}`, options: {}, clock, signal });
    return id;
  };
  return { ...gateway, session, upload };
}

describe('listJobs', () => {
  it('returns the jobs page by page', async (context) => {
    const { session, upload } = await build(context);
    const ids = [await upload(1000), await upload(1001), await upload(1002)];
    const first = await listJobs(session, { limit: 2 }, signal);
    const second = await listJobs(session, { limit: 2, cursor: first.next_cursor }, signal);
    assert.equal(first.jobs.length, 2);
    assert.deepEqual([...first.jobs, ...second.jobs].map(({ id }) => id).sort(), ids.sort());
    assert.equal(second.next_cursor, null);
  });
});

describe('getJob', () => {
  it('returns the public fields of the job', async (context) => {
    const { session, upload } = await build(context);
    const id = await upload(1000);
    const job = await getJob(session, id, signal);
    assert.partialDeepStrictEqual(job, { id, status: 'queued', filename: '1000.mp4', mp3: null });
  });
});

describe('cancelJob and retryJob', () => {
  it('cancel a job and convert it again', async (context) => {
    const { session, upload } = await build(context);
    const id = await upload(1000);
    assert.equal((await cancelJob(session, id, signal)).status, 'cancelled');
    assert.equal((await retryJob(session, id, signal)).status, 'queued');
  });

  it('convert a job again with other options', async (context) => {
    const { session, upload } = await build(context);
    const id = await upload(1000);
    await cancelJob(session, id, signal);
    const { options } = await retryJob(session, id, signal, { preset: 'small', channels: '2' });
    assert.deepEqual(options, { bitrate: 48, sample_rate: 24_000, channels: 2 });
    await assert.rejects(retryJob(session, id, signal, { bitrate: '1' }), { code: 'invalid_option' });
  });
});

describe('getLink', () => {
  it('returns the link once there is an MP3', async (context) => {
    const { session, upload, jobs, done } = await build(context);
    const id = await upload(1000);
    await assert.rejects(getLink(session, id, signal), { code: 'not_ready', status: 409 });
    const ended = await done((await jobs.get(id)).document);
    await jobs.update(id, () => ended);
    const link = await getLink(session, id, signal);
    assert.deepEqual(link, { url: ended.download_url, expires_at: ended.expires_at });
  });
});

describe('renameJob', () => {
  it('returns the job with its new name, and refuses an empty one', async (context) => {
    const { session, upload } = await build(context);
    const id = await upload(1000);
    assert.equal((await renameJob(session, id, 'фильм.mp4', signal)).filename, 'фильм.mp4');
    assert.equal((await getJob(session, id, signal)).filename, 'фильм.mp4');
    await assert.rejects(renameJob(session, id, ' ', signal), { code: 'bad_request', status: 400 });
  });
});

describe('deleteJob', () => {
  it('deletes the job, which does not exist afterwards', async (context) => {
    const { session, upload } = await build(context);
    const id = await upload(1000);
    await deleteJob(session, id, signal);
    await assert.rejects(getJob(session, id, signal), { code: 'not_found', status: 404 });
  });
});
