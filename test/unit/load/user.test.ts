import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MockAgent } from 'undici';
import { type ResultCounts, unexpectedResults } from '../../load/result-counts.ts';
import { newUser, type User } from '../../load/user.ts';

const GATEWAY = 'http://gateway.example';
const PROBLEM = { headers: { 'content-type': 'application/problem+json' } };
const TEXT = { headers: { 'content-type': 'text/plain; charset=utf-8' } };

/** A user of a mocked gateway. Each intercepted response is given once, in the order of the calls. */
async function userOfMock(): Promise<{ agent: MockAgent; counts: ResultCounts; user: User }> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const pool = agent.get(GATEWAY);
  pool.intercept({ path: '/register', method: 'POST' }).reply(201, '{}');
  pool.intercept({ path: '/login', method: 'POST' }).reply(200, { access_token: 'token' });
  const counts: ResultCounts = new Map();
  const user = await newUser({ gateways: () => [GATEWAY], counts, dispatcher: agent });
  counts.clear();
  return { agent, counts, user };
}

describe('User', () => {
  for (const [status, text] of [
    [404, '404 page not found\n'],
    [502, 'Bad Gateway'],
    [503, 'no available server\n'],
  ] as const)
    it(`repeats an upload that something in front of the gateway answered with ${status}`, async () => {
      const { agent, counts, user } = await userOfMock();
      const upload = { path: (path: string) => path.startsWith('/upload'), method: 'POST' };
      agent.get(GATEWAY).intercept(upload).reply(status, text, TEXT);
      agent.get(GATEWAY).intercept(upload).reply(202, { id: 'a' });
      const { status: last } = await user.upload('film.mp4', Buffer.from('film'));
      assert.equal(last, 202);
      assert.deepEqual(
        [...counts],
        [
          [`${status} not ours`, 1],
          ['202', 1],
        ],
      );
      assert.deepEqual(unexpectedResults(counts), [`${status} not ours 1 times`]);
    });

  it("takes a gateway's own 404 as final", async () => {
    const { agent, counts, user } = await userOfMock();
    const problem = { status: 404, code: 'not_found', detail: 'there is no such job' };
    agent.get(GATEWAY).intercept({ path: '/jobs/a' }).reply(404, problem, PROBLEM);
    assert.equal((await user.get('/jobs/a')).status, 404);
    assert.deepEqual([...counts], [['404', 1]]);
  });

  it('expects a 503 with Retry-After and repeats the request', async () => {
    const { agent, counts, user } = await userOfMock();
    const headers = { ...PROBLEM.headers, 'retry-after': '0' };
    agent.get(GATEWAY).intercept({ path: '/jobs/a' }).reply(503, { code: 'unavailable' }, { headers });
    agent.get(GATEWAY).intercept({ path: '/jobs/a' }).reply(200, {});
    assert.equal((await user.get('/jobs/a')).status, 200);
    assert.deepEqual(unexpectedResults(counts), []);
  });
});
