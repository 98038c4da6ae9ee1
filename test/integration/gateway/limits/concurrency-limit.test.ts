import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import {
  acquireForResponse,
  createConcurrencyLimit,
} from '../../../../services/gateway/limits/concurrency-limit.ts';
import { newJob } from '../../../support/job.ts';
import { listen } from '../../../support/listen.ts';
import { waitFor } from '../../../support/wait.ts';
import { withMp3 } from '../../../unit/gateway/gateway-with-mp3.ts';
import { asOwner, buildGateway, type Limits } from '../../../unit/gateway/test-gateway.ts';

/** More bytes than the socket buffers take while the client does not read. */
const LARGE = Buffer.alloc(64 * 1024 ** 2, 'mp3');

const user = (id: string) => ({ id, group: 'user' as const });
const guest = (id: string) => ({ id, group: 'guest' as const });

const refused = (code: string) => ({ code, headers: { 'Retry-After': '2' } });

describe('createConcurrencyLimit', () => {
  test('refuses more than the limit of one user until a place is released', () => {
    const limit = createConcurrencyLimit({ all: 10, perUser: 2 }, 'things');
    const [release] = [limit.acquire(user('ann')), limit.acquire(user('ann'))];
    assert.throws(() => limit.acquire(user('ann')), refused('too_many_requests'));
    limit.acquire(user('bob'));
    release();
    limit.acquire(user('ann'));
    assert.throws(() => limit.acquire(user('ann')), refused('too_many_requests'));
  });

  test('refuses more than the limit of all users until a place is released', () => {
    const limit = createConcurrencyLimit({ all: 2, perUser: 2 }, 'things');
    const [release] = [limit.acquire(user('ann')), limit.acquire(user('bob'))];
    assert.throws(() => limit.acquire(user('cy')), refused('unavailable'));
    release();
    limit.acquire(user('cy'));
  });

  for (const [all, ofGuests] of [
    [64, 32],
    [9, 4],
    [2, 1],
    [1, 1],
  ] as const) {
    test(`gives all guests together ${ofGuests} of ${all} places, and users the rest`, () => {
      const limit = createConcurrencyLimit({ all, perUser: 3 }, 'things');
      const releases = Array.from({ length: ofGuests }, (_, i) => limit.acquire(guest(`guest ${i}`)));
      assert.throws(() => limit.acquire(guest('another')), refused('unavailable'));
      for (let i = ofGuests; i < all; i++) limit.acquire(user(`user ${i}`));
      assert.throws(() => limit.acquire(user('another')), refused('unavailable'));
      releases[0]?.();
      limit.acquire(guest('another'));
    });
  }

  test('counts users not among the guests', () => {
    const limit = createConcurrencyLimit({ all: 10, perUser: 5 }, 'things');
    for (let i = 0; i < 5; i++) limit.acquire(user('ann'));
    for (let i = 0; i < 5; i++) limit.acquire(guest('one'));
  });

  test('refuses more than the limit of one guest with 429', () => {
    const limit = createConcurrencyLimit({ all: 10, perUser: 2 }, 'things');
    for (let i = 0; i < 2; i++) limit.acquire(guest('one'));
    assert.throws(() => limit.acquire(guest('one')), refused('too_many_requests'));
  });
});

test('acquireForResponse refuses a client that has gone away, and releases the place when the response ends', async () => {
  const limit = createConcurrencyLimit({ all: 1, perUser: 1 }, 'things');
  const response = (closed: boolean) =>
    Object.assign(new EventEmitter(), { closed }) as unknown as ServerResponse;
  assert.throws(() => acquireForResponse(limit, user('ann'), response(true)), { code: 'bad_request' });
  const answer = response(false);
  acquireForResponse(limit, user('ann'), answer);
  assert.throws(() => limit.acquire(user('ann')), refused('too_many_requests'));
  answer.emit('close');
  limit.acquire(user('ann'));
});

/** Sends a request whose response has begun and is not read. */
async function startRequest(url: string) {
  const outgoing = request(url, { headers: asOwner, agent: false }).end();
  outgoing.on('error', () => undefined);
  const [{ statusCode }] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: statusCode, end: () => outgoing.destroy() };
}

for (const [what, path, limits, make] of [
  [
    'downloads',
    '/download/',
    { downloads: { all: 5, perUser: 2 } },
    (limits: Limits) => withMp3({ bytes: LARGE, limits }),
  ],
  [
    'event streams',
    '/jobs/:id/events',
    { eventStreams: { all: 5, perUser: 2 } },
    async (limits: Limits) => {
      const gateway = buildGateway({ limits });
      return { ...gateway, job: await gateway.save(newJob()) };
    },
  ],
] as const) {
  test(`GET ${path} answers 429 to a user with too many ${what} until one has ended`, {
    timeout: 60_000,
  }, async (context) => {
    const gateway = await make(limits);
    const base = await listen(context, gateway.app);
    const { id } = gateway.job;
    const url = base + (path.includes(':id') ? path.replace(':id', id) : path + id);
    const [first, second] = [await startRequest(url), await startRequest(url)];
    assert.deepEqual([first.status, second.status], [200, 200]);
    const third = await fetch(url, { headers: asOwner });
    assert.deepEqual([third.status, third.headers.get('retry-after')], [429, '2']);
    assert.equal(((await third.json()) as { code: string }).code, 'too_many_requests');
    first.end();
    const next = await waitFor('a place', async () => {
      const reply = await startRequest(url);
      if (reply.status === 200) return reply;
      reply.end();
      return undefined;
    });
    next.end();
    second.end();
  });
}
