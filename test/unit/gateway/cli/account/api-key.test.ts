import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createTransport } from '../../../../../services/gateway/client/http/transport.ts';
import { composeApiKey } from '../../../../../services/shared/contract/api-key.ts';
import { URL_OF_GATEWAY } from '../../client/test-transport.ts';
import { createTestProgram } from '../test-program.ts';

const KEY = composeApiKey({ id: 'Ab3dEf6hIj9lMn0p', secret: 'x'.repeat(43) });

/** The program at a gateway that accepts one key, which it can be made to refuse. */
async function build(context: TestContext) {
  const { run, env } = await createTestProgram(context);
  const seen: (string | null)[] = [];
  const problem = (status: number, code: string) =>
    Response.json(
      { type: 'about:blank', title: code, status, code, detail: code },
      { status, headers: { 'content-type': 'application/problem+json' } },
    );
  const transport = createTransport(URL_OF_GATEWAY, async (_url, { headers }) => {
    const authorization = new Headers(headers).get('authorization');
    seen.push(authorization);
    if (authorization === `Bearer ${KEY}`) return Response.json({ jobs: [], next_cursor: null });
    return problem(401, 'invalid_token');
  });
  const connect = () => ({ transport, close: async () => undefined });
  const withKey = (key: string, args: string[]) =>
    run(args, { connect, env: { ...env, MP3_API_KEY: key, MP3_PASSWORD: 'another way' } });
  return { withKey, seen };
}

describe('MP3_API_KEY', () => {
  it('is sent with each request, before any login, and needs no account', async (context) => {
    const { withKey, seen } = await build(context);
    const { code, err } = await withKey(`${KEY}\n`, ['jobs']);
    assert.deepEqual([code, err, seen], [0, '', [`Bearer ${KEY}`]]);
  });

  it('gives exit code 3 where the gateway refuses it, without the secret in the message', async (context) => {
    const { withKey } = await build(context);
    const other = composeApiKey({ id: 'Ab3dEf6hIj9lMn0p', secret: 'y'.repeat(43) });
    const { code, err } = await withKey(other, ['jobs']);
    assert.equal(code, 3);
    assert.match(err, /does not accept the API key mp3_Ab3dEf6hIj9lMn0p_…/);
    assert.ok(!err.includes('yyyy'));
  });

  const NO_KEYS: [what: string, text: string, message: RegExp][] = [
    ['no key', 'a password', /MP3_API_KEY is no API key of a gateway: such a key begins with mp3_/],
    ['a key that was cut off', KEY.slice(0, -1), /a part of it is missing or wrong/],
    ['a mistyped key', KEY.replace('xx', 'xy'), /a part of it is missing or wrong/],
  ];
  for (const [what, text, message] of NO_KEYS) {
    it(`is refused before any request where it is ${what}`, async (context) => {
      const { withKey, seen } = await build(context);
      const { code, err } = await withKey(text, ['jobs']);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.ok(!err.includes(text));
      assert.deepEqual(seen, []);
    });
  }

  it('is what whoami names, by its public part', async (context) => {
    const { withKey, seen } = await build(context);
    const { out } = await withKey(KEY, ['whoami', '--json']);
    assert.deepEqual(JSON.parse(out), { url: URL_OF_GATEWAY, key: 'mp3_Ab3dEf6hIj9lMn0p', kind: 'api_key' });
    assert.match((await withKey(KEY, ['whoami'])).out, /^The API key mp3_Ab3dEf6hIj9lMn0p_… of MP3_API_KEY/);
    assert.deepEqual(seen, []);
  });
});
