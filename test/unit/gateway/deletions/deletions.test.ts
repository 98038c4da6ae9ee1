import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createDeletions } from '../../../../services/gateway/deletions/run-deletions.ts';
import type { InvokeReply, InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { asOwner, asStranger, buildGateway, type Gateway, jsonReply, STRANGER } from '../test-gateway.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const signal = new AbortController().signal;

/** An auth service that remembers which accounts were deleted. */
function authWith(ids: string[], deletedAt: number) {
  const waiting = new Set(ids);
  const state = { isAway: false };
  const invoke = async (_app: string, { method, path, body }: InvokeRequest): Promise<InvokeReply> => {
    if (state.isAway) throw unavailable('the auth service');
    if (method === 'POST' && path === '/deletions/confirmation') {
      waiting.delete(JSON.parse(String(body)).id);
      return { status: 204, headers: {}, body: '' };
    }
    const url = new URL(path, 'http://auth');
    const after = url.searchParams.get('after') ?? '';
    const found = [...waiting].sort().filter((id) => id > after);
    const deletions = found.slice(0, Number(url.searchParams.get('limit')));
    return jsonReply(200, {
      deletions: deletions.map((id) => ({ id, deleted_at: new Date(deletedAt).toISOString() })),
    });
  };
  return { invoke, waiting, state };
}

function setUp(gateway: Gateway, ids = [OWNER.id]) {
  const clock = { ms: Date.now() };
  const auth = authWith(ids, clock.ms);
  const { jobs, index, commands, resumable } = gateway;
  const { invoke } = auth;
  const log = resumable.log;
  const start = () => createDeletions({ jobs, index, commands, resumable, invoke, log, now: () => clock.ms });
  return { ...auth, clock, start };
}

const createUpload = (gateway: Gateway, headers: Record<string, string>) =>
  gateway.call('POST', '/uploads', {
    headers: {
      ...headers,
      'tus-resumable': '1.0.0',
      'upload-length': '1000',
      'upload-metadata': `filename ${Buffer.from('a.mp4').toString('base64')}`,
    },
  });

describe('createDeletions', () => {
  it('deletes jobs, uploads and lists of the account, and nothing of others', async () => {
    const gateway = buildGateway();
    const { save, jobs, state, call } = gateway;
    const own = await Promise.all([done(), failed(), newJob()].map(save));
    const others = await save(done({ owner: STRANGER.id }));
    const upload = await createUpload(gateway, asOwner);
    const strangers = await createUpload(gateway, asStranger);
    assert.deepEqual([upload.status, strangers.status], [201, 201]);
    const { start } = setUp(gateway);
    await start().pass(signal);
    for (const { id } of own) assert.equal((await jobs.find(id))?.status, 'deleted');
    assert.equal((await jobs.find(others.id))?.status, 'done');
    assert.equal(state.keys().filter((key) => key.startsWith(`jobs-of:${OWNER.id}`)).length, 0);
    assert.equal(state.keys().filter((key) => key.startsWith(`jobs-of:${STRANGER.id}`)).length, 1);
    const head = (location: unknown, headers: Record<string, string>) =>
      call('HEAD', new URL(String(location), 'http://gateway.test').pathname, {
        headers: { ...headers, 'tus-resumable': '1.0.0' },
      });
    assert.equal((await head(upload.headers.location, asOwner)).status, 404);
    assert.equal((await head(strangers.headers.location, asStranger)).status, 200);
  });

  it('deletes all of a list with many pages', async () => {
    const gateway = buildGateway();
    for (let i = 0; i < 250; i++) await gateway.save(failed());
    const { start } = setUp(gateway);
    await start().pass(signal);
    const { json } = await gateway.call('GET', '/jobs?limit=100', { headers: asOwner });
    assert.deepEqual(json, { jobs: [], next_cursor: null });
    assert.deepEqual(
      gateway.state.keys().filter((key) => key.startsWith('jobs-of:')),
      [],
    );
  });

  it('finishes what a gateway has left that died on the way', async () => {
    const gateway = buildGateway();
    const own = await Promise.all([done(), done(), done()].map(gateway.save));
    const { start, waiting } = setUp(gateway);
    let deletions = 0;
    const dying = setUp({
      ...gateway,
      commands: {
        ...gateway.commands,
        async delete(...args) {
          if (++deletions === 2) throw unavailable('the store');
          return gateway.commands.delete(...args);
        },
      },
    });
    await assert.rejects(dying.start().pass(signal), { code: 'unavailable' });
    assert.ok(waiting.has(OWNER.id));
    await start().pass(signal);
    for (const { id } of own) assert.equal((await gateway.jobs.find(id))?.status, 'deleted');
  });

  it('looks again for what an upload has left late, and confirms after a day', async () => {
    const gateway = buildGateway();
    const { start, waiting, clock } = setUp(gateway);
    const deletions = start();
    await deletions.pass(signal);
    const late = await gateway.save(newJob());
    await deletions.pass(signal);
    assert.equal((await gateway.jobs.find(late.id))?.status, 'queued');
    clock.ms += 15_000;
    await deletions.pass(signal);
    assert.equal((await gateway.jobs.find(late.id))?.status, 'deleted');
    clock.ms += DAY_MS - HOUR_MS;
    await deletions.pass(signal);
    assert.ok(waiting.has(OWNER.id));
    clock.ms += HOUR_MS + 1;
    await deletions.pass(signal);
    assert.equal(waiting.size, 0);
  });

  it('keeps the list of an account with a damaged job, and confirms only when that job is gone, but others at once', async () => {
    const gateway = buildGateway();
    const { save, state, jobs } = gateway;
    const broken = await save(done());
    const own = await save(done());
    const { value = '' } = (await state.get(`job:${broken.id}`)) ?? {};
    await state.put(`job:${broken.id}`, '{"revision":"a","docu');
    const { start, waiting, clock } = setUp(gateway, [OWNER.id, STRANGER.id]);
    const deletions = start();
    clock.ms += DAY_MS + 1;
    for (let passes = 0; passes < 3; passes++) {
      await deletions.pass(signal);
      clock.ms += HOUR_MS;
    }
    assert.equal((await jobs.find(own.id))?.status, 'deleted');
    assert.deepEqual([...waiting], [OWNER.id]);
    assert.equal(state.keys().filter((key) => key.startsWith(`jobs-of:${OWNER.id}`)).length, 1);
    await state.put(`job:${broken.id}`, value);
    await deletions.pass(signal);
    assert.equal((await jobs.find(broken.id))?.status, 'deleted');
    clock.ms += HOUR_MS;
    await deletions.pass(signal);
    assert.equal(waiting.size, 0);
  });

  it('tries again where auth refuses a confirmation', async () => {
    const { start, waiting, clock, invoke } = setUp(buildGateway());
    clock.ms += DAY_MS + 1;
    const { jobs, index, commands, resumable } = buildGateway();
    const refusing = async (app: string, request: InvokeRequest) =>
      request.method === 'POST' ? jsonReply(500, {}) : invoke(app, request);
    const ports = { jobs, index, commands, resumable, log: resumable.log, now: () => clock.ms };
    await assert.rejects(createDeletions({ ...ports, invoke: refusing }).pass(signal), {
      code: 'unavailable',
    });
    await start().pass(signal);
    assert.equal(waiting.size, 0);
  });

  it('reads any number of deleted accounts', async () => {
    const gateway = buildGateway();
    const ids = Array.from({ length: 250 }, () => randomUUID());
    const { start, waiting, clock } = setUp(gateway, ids);
    clock.ms += DAY_MS + 1;
    await start().pass(signal);
    assert.equal(waiting.size, 0);
  });

  it('rejects while auth is away', async () => {
    const { start, state } = setUp(buildGateway());
    state.isAway = true;
    await assert.rejects(start().pass(signal), { code: 'unavailable' });
  });
});
