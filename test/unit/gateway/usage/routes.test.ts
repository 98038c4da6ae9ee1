import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete } from '../../../../services/shared/jobs/transitions.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { Call } from '../../../support/in-process.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4 } from '../sample-uploads.ts';
import { asOwner, bearer, buildGateway, type Gateway, tokenOf } from '../test-gateway.ts';
import { tusClient } from '../uploads/tus/tus-client.ts';

const SIZE = 5_000;
const raw = (call: Call = {}): Call => ({
  headers: { ...asOwner, 'content-type': 'video/mp4' },
  body: mp4(SIZE),
  ...call,
});
const upload = (gateway: Gateway, call: Call = {}) =>
  gateway.call('POST', '/upload?filename=a.mp4', raw(call));
const usageOf = async (gateway: Gateway) =>
  (await gateway.call('GET', '/account/usage', { headers: asOwner })).json;

describe('GET /account/usage', () => {
  it('shows what was used today, and the limits of the group', async () => {
    const gateway = buildGateway({ userLimits: { uploadsPerDay: 3, storedBytes: 1e6 } });
    await upload(gateway);
    const { resets_at, ...usage } = await usageOf(gateway);
    assert.deepEqual(usage, {
      group: 'user',
      uploads: { used: 1, limit: 3 },
      bytes: { used: SIZE, limit: null },
      minutes: { used: 0, limit: null },
      stored_bytes: { used: SIZE, limit: 1e6 },
    });
    assert.match(resets_at, /T00:00:00\.000Z$/);
  });

  it('is one of the searches for jobs that a user may have at a time, because it may read all jobs', async () => {
    const state = createMemoryState();
    const reached = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow = {
      ...state,
      async get(key: string, signal?: AbortSignal) {
        if (key.startsWith('usage:')) {
          reached.resolve();
          await answer.promise;
        }
        return state.get(key, signal);
      },
    };
    const gateway = buildGateway({ state: slow, limits: { searches: { all: 2, perUser: 1 } } });
    const usage = () => gateway.call('GET', '/account/usage', { headers: asOwner });
    const first = usage();
    await reached.promise;
    const refused = await usage();
    assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests']);
    answer.resolve();
    assert.equal((await first).status, 200);
    assert.equal((await usage()).status, 200);
  });

  it('needs a token', async () => {
    assert.equal((await buildGateway().call('GET', '/account/usage')).status, 401);
  });

  for (const [claim, group] of [
    ['friend', 'friend'],
    ['operator', 'operator'],
    [undefined, 'user'],
  ]) {
    it(`takes the claim ${claim} for the group ${group}`, async () => {
      const headers = bearer(await tokenOf(undefined, { claims: { group: claim } }));
      const { json } = await buildGateway().call('GET', '/account/usage', { headers });
      assert.equal(json.group, group);
    });
  }
});

/** Each way to send a file of {@link SIZE} bytes. Returns the status of the answer, and what it says about the quota. */
const WAYS: [
  name: string,
  send: (gateway: Gateway) => Promise<{ status: number; headers: Record<string, unknown> }>,
][] = [
  ['a raw body', (gateway) => upload(gateway)],
  ['a body of unknown length', (gateway) => upload(gateway, { body: inPieces(mp4(SIZE), 1_000) })],
  [
    'a form',
    (gateway) => upload(gateway, { headers: { ...asOwner, ...formType }, body: form([filePart(mp4(SIZE))]) }),
  ],
  [
    'a resumable upload',
    (gateway) =>
      gateway.call('POST', '/uploads', {
        headers: {
          ...asOwner,
          'tus-resumable': '1.0.0',
          'upload-length': String(SIZE),
          'content-type': 'application/offset+octet-stream',
        },
        body: mp4(SIZE),
      }),
  ],
];

describe('a quota of uploads', () => {
  for (const [name, send] of WAYS) {
    it(`holds for ${name} at another gateway, and the answers tell what is left`, async () => {
      const state = createMemoryState();
      const userLimits = { uploadsPerDay: 2, bytesPerDay: 3 * SIZE };
      const another = () => buildGateway({ state: asOtherProcess(state), userLimits });
      const [one, other] = [another(), another()];
      const first = await send(one);
      assert.ok(first.status < 300, String(first.status));
      assert.equal(
        first.headers['ratelimit-policy'],
        `"uploads";q=2;w=86400, "upload-bytes";q=${3 * SIZE};qu="content-bytes";w=86400`,
      );
      assert.match(
        String(first.headers.ratelimit),
        new RegExp(`^"uploads";r=1;t=\\d+, "upload-bytes";r=${2 * SIZE};t=\\d+$`),
      );
      assert.ok((await send(other)).status < 300);
      const refused = await gatewayError(await send(one));
      assert.deepEqual(refused, [429, 'quota_exceeded']);
    });
  }

  it('refuses a file that is too long for the day before its first byte, and stores nothing of it', async () => {
    const gateway = buildGateway({ userLimits: { bytesPerDay: SIZE - 1 } });
    const reply = await upload(gateway);
    assert.deepEqual([reply.status, reply.json.code], [429, 'quota_exceeded']);
    assert.deepEqual(gateway.storedKeys(), []);
    await assert.rejects(tusClient(gateway, asOwner).create(SIZE));
  });

  it('leaves nothing of a file whose length was not known, and that is too long for the day', async () => {
    const gateway = buildGateway({ userLimits: { bytesPerDay: SIZE - 1 } });
    const reply = await upload(gateway, { body: inPieces(mp4(SIZE), 1_000) });
    assert.deepEqual([reply.status, reply.json.code], [429, 'quota_exceeded']);
    assert.deepEqual(gateway.storedKeys(), []);
  });

  it('does not count an upload that is answered with an earlier job', async () => {
    const gateway = buildGateway({ userLimits: { uploadsPerDay: 5 } });
    const body = mp4(SIZE);
    const { json } = await upload(gateway, { body });
    const mp3 = { size: 1, sha256: '', duration_seconds: 60 };
    await gateway.jobs.update(json.id, (job) => ({
      ...job,
      status: 'converting',
      attemptId: 'a',
      progress: 0,
      eta_seconds: null,
    }));
    await gateway.jobs.update(json.id, complete('a', { mp3, warnings: [] }, {}));
    assert.equal((await upload(gateway, { body })).json.id, json.id);
    assert.equal((await usageOf(gateway)).uploads.used, 1);
  });

  it('counts the sound of a job that its owner deletes', async () => {
    const gateway = buildGateway({ userLimits: { minutesPerDay: 1 } });
    const { json } = await upload(gateway);
    const mp3 = { size: 1, sha256: '', duration_seconds: 60 };
    await gateway.jobs.update(json.id, (job) => ({
      ...job,
      status: 'converting',
      attemptId: 'a',
      progress: 0,
      eta_seconds: null,
    }));
    await gateway.jobs.update(json.id, complete('a', { mp3, warnings: [] }, {}));
    assert.equal((await gateway.call('DELETE', `/jobs/${json.id}`, { headers: asOwner })).status, 204);
    assert.equal((await usageOf(gateway)).minutes.used, 1);
    assert.equal((await upload(gateway)).status, 429);
  });
});

async function gatewayError(reply: { status: number; json?: { code?: string } }): Promise<unknown[]> {
  return [reply.status, reply.json?.code];
}
