import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MockAgent } from 'undici';
import { broken, newUser, type Tally } from '../../load/user.ts';

const DOOR = 'http://door.example';
const PROBLEM = { headers: { 'content-type': 'application/problem+json' } };
const TEXT = { headers: { 'content-type': 'text/plain; charset=utf-8' } };

/** A user behind a door whose answers the test says; each answer is given once, in this order. */
async function atTheDoor(): Promise<{
  door: MockAgent;
  tally: Tally;
  user: Awaited<ReturnType<typeof newUser>>;
}> {
  const door = new MockAgent();
  door.disableNetConnect();
  const pool = door.get(DOOR);
  pool.intercept({ path: '/register', method: 'POST' }).reply(201, '{}');
  pool.intercept({ path: '/login', method: 'POST' }).reply(200, { access_token: 'token' });
  const tally: Tally = new Map();
  const user = await newUser({ gateways: () => [DOOR], tally, dispatcher: door });
  tally.clear();
  return { door, tally, user };
}

describe('a user of the load', () => {
  for (const [status, text] of [
    [404, '404 page not found\n'],
    [502, 'Bad Gateway'],
    [503, 'no available server\n'],
  ] as const)
    it(`repeats an upload that something else than a gateway answered with ${status}`, async () => {
      const { door, tally, user } = await atTheDoor();
      const upload = { path: (path: string) => path.startsWith('/upload'), method: 'POST' };
      door.get(DOOR).intercept(upload).reply(status, text, TEXT);
      door.get(DOOR).intercept(upload).reply(202, { id: 'a' });
      const { status: last } = await user.upload('film.mp4', Buffer.from('film'));
      assert.equal(last, 202);
      assert.deepEqual(
        [...tally],
        [
          [`${status} not ours`, 1],
          ['202', 1],
        ],
      );
      assert.deepEqual(broken(tally), [`${status} not ours 1 times`]);
    });

  it("takes a gateway's own 404 for the answer", async () => {
    const { door, tally, user } = await atTheDoor();
    const problem = { status: 404, code: 'not_found', detail: 'there is no such job' };
    door.get(DOOR).intercept({ path: '/jobs/a' }).reply(404, problem, PROBLEM);
    assert.equal((await user.get('/jobs/a')).status, 404);
    assert.deepEqual([...tally], [['404', 1]]);
  });

  it('is not broken by a gateway that says when to come again', async () => {
    const { door, tally, user } = await atTheDoor();
    const headers = { ...PROBLEM.headers, 'retry-after': '0' };
    door.get(DOOR).intercept({ path: '/jobs/a' }).reply(503, { code: 'unavailable' }, { headers });
    door.get(DOOR).intercept({ path: '/jobs/a' }).reply(200, {});
    assert.equal((await user.get('/jobs/a')).status, 200);
    assert.deepEqual(broken(tally), []);
  });
});
