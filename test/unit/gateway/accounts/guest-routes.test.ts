import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import type { Call, Reply } from '../../../support/in-process.ts';
import { OWNER } from '../../../support/job.ts';
import { type Auth, asGuest, buildGateway, GUEST, jsonReply, MAX_BYTES, tokenOf } from '../test-gateway.ts';

const ORIGIN = 'http://gateway.test';
const REFRESH = `${'s'.repeat(22)}.${'t'.repeat(43)}`;
const USER_ACCESS = await tokenOf();
const GUEST_ACCESS = asGuest.authorization.slice('Bearer '.length);
const GUEST_LIMITS = { maxUploadBytes: 1_000, retentionSeconds: 60 };
const CREDENTIALS = { email: OWNER.email, password: 'correct horse' };

const problem = (status: number, code: string) =>
  jsonReply(status, { status, code }, { 'content-type': 'application/problem+json' });
const grant = (access_token: string) =>
  jsonReply(200, { access_token, token_type: 'Bearer', expires_in: 900, refresh_token: REFRESH });

const GUEST_VIEW = {
  account: { id: GUEST.id, email: null, guest: true },
  limits: { max_upload_bytes: 1_000, retention_seconds: 60 },
  renewable: true,
  guests: true,
};
const USER_VIEW = {
  account: { id: OWNER.id, email: OWNER.email, guest: false },
  limits: { max_upload_bytes: MAX_BYTES, retention_seconds: 3600 },
  renewable: true,
  guests: true,
};

/** Auth in its usual state. */
const usual: Record<string, InvokeReply> = {
  '/guests': grant(GUEST_ACCESS),
  '/guests/registration': grant(USER_ACCESS),
  '/refresh': grant(GUEST_ACCESS),
};

/** A gateway with guests, and what it asks auth for. */
function build({
  answers = {},
  ...options
}: {
  answers?: Record<string, InvokeReply>;
  guests?: boolean;
} = {}) {
  const asked: string[] = [];
  const auth: Auth = ({ path }) => {
    asked.push(path);
    return { ...usual, ...answers }[path] ?? problem(404, 'not_found');
  };
  const gateway = buildGateway({ auth, guests: true, guestLimits: GUEST_LIMITS, ...options });
  const post = (path: string, cookie = '', { headers, ...call }: Call = {}) =>
    gateway.call('POST', path, {
      headers: { origin: ORIGIN, ...(cookie && { cookie }), ...headers },
      ...call,
    });
  return { ...gateway, post, asked };
}

const viewOf = ({ json }: Reply) => {
  const { renew_in, ...view } = json;
  assert.ok(Number.isInteger(renew_in) && renew_in > 0, String(renew_in));
  return view;
};
const setCookies = ({ headers }: Reply): string[] => [headers['set-cookie'] ?? []].flat();

describe('POST /session/guest', () => {
  it('starts a session of a guest, with its tokens in cookies', async () => {
    const { post, asked, call } = build();
    const reply = await post('/session/guest');
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(viewOf(reply), GUEST_VIEW);
    assert.deepEqual(asked, ['/guests']);
    const cookies = setCookies(reply).map((cookie) => cookie.split(';')[0]);
    assert.deepEqual(cookies, [`mp3_access=${GUEST_ACCESS}`, `mp3_refresh=${REFRESH}`]);
    assert.ok(!reply.text.includes(GUEST_ACCESS));
    const session = await call('GET', '/session', { headers: { cookie: cookies.join('; ') } });
    assert.deepEqual(viewOf(session), GUEST_VIEW);
  });

  it('keeps the session of a guest, also where its access token has expired', async () => {
    for (const [cookie, asks] of [
      [`mp3_access=${GUEST_ACCESS}; mp3_refresh=${REFRESH}`, []],
      [`mp3_refresh=${REFRESH}`, ['/refresh']],
    ] as const) {
      const { post, asked } = build();
      const reply = await post('/session/guest', cookie);
      assert.deepEqual([reply.status, viewOf(reply), asked], [200, GUEST_VIEW, asks]);
    }
  });

  it('keeps the session of a user', async () => {
    const { post, asked } = build({ answers: { '/refresh': grant(USER_ACCESS) } });
    for (const cookie of [`mp3_access=${USER_ACCESS}; mp3_refresh=${REFRESH}`, `mp3_refresh=${REFRESH}`])
      assert.deepEqual(viewOf(await post('/session/guest', cookie)), USER_VIEW);
    assert.ok(!asked.includes('/guests'));
  });

  it('starts a new session where auth has ended the one of the cookie', async () => {
    const { post, asked } = build({ answers: { '/refresh': problem(401, 'invalid_token') } });
    const reply = await post('/session/guest', `mp3_refresh=${REFRESH}`);
    assert.deepEqual([reply.status, viewOf(reply)], [200, GUEST_VIEW]);
    assert.deepEqual(asked, ['/refresh', '/guests']);
  });

  it('makes no guest while it is not known whether the session goes on', async () => {
    const { post, asked } = build({ answers: { '/refresh': problem(503, 'unavailable') } });
    const reply = await post('/session/guest', `mp3_refresh=${REFRESH}`);
    assert.deepEqual([reply.status, reply.json.code, setCookies(reply)], [503, 'unavailable', []]);
    assert.deepEqual(asked, ['/refresh']);
  });

  it('refuses guests where the operator does not allow them', async () => {
    const { post, asked, call } = build({ guests: false });
    const reply = await post('/session/guest');
    assert.deepEqual([reply.status, reply.json.code], [403, 'forbidden']);
    assert.deepEqual(asked, []);
    assert.equal((await call('GET', '/session')).json.guests, false);
  });
});

describe('POST /session/registration', () => {
  const cookie = `mp3_access=${GUEST_ACCESS}; mp3_refresh=${REFRESH}`;
  const register = (gateway: Pick<ReturnType<typeof build>, 'post'>, by = cookie, call: Call = {}) =>
    gateway.post('/session/registration', by, { body: CREDENTIALS, ...call });

  it('gives a guest an account, and answers with its session', async () => {
    const gateway = build();
    const reply = await register(gateway);
    assert.deepEqual([reply.status, viewOf(reply)], [200, USER_VIEW]);
    assert.match(setCookies(reply).join(), new RegExp(`mp3_access=${USER_ACCESS}`));
    const [request] = gateway.invocations.filter(({ path }) => path === '/guests/registration');
    assert.deepEqual(JSON.parse(String(request?.body)), CREDENTIALS);
    assert.equal(request?.headers?.authorization, `Bearer ${GUEST_ACCESS}`);
    assert.ok(!gateway.lines.text().includes(CREDENTIALS.password));
  });

  it('works for a guest of a time when the operator allowed guests', async () => {
    assert.equal((await register(build({ guests: false }))).status, 200);
  });

  for (const [status, code] of [
    [409, 'email_taken'],
    [422, 'invalid_email'],
    [422, 'weak_password'],
    [409, 'state_conflict'],
    [401, 'invalid_token'],
    [503, 'unavailable'],
  ] as const) {
    it(`passes on that auth refuses with ${code}, and changes no cookie`, async () => {
      const reply = await register(build({ answers: { '/guests/registration': problem(status, code) } }));
      assert.deepEqual([reply.status, reply.json.code, setCookies(reply)], [status, code, []]);
    });
  }

  it('refuses somebody who is no guest, and nobody', async () => {
    const gateway = build();
    const byUser = await register(gateway, `mp3_access=${USER_ACCESS}`);
    assert.deepEqual([byUser.status, byUser.json.code], [409, 'state_conflict']);
    for (const by of ['', `mp3_refresh=${REFRESH}`]) {
      const reply = await register(gateway, by);
      assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_token']);
      assert.match(String(reply.headers['www-authenticate']), /^Session /);
    }
    assert.deepEqual(gateway.asked, []);
  });

  it('refuses a body that is not JSON', async () => {
    const reply = await register(build(), cookie, {
      body: 'email=ann',
      headers: { 'content-type': 'text/plain' },
    });
    assert.deepEqual([reply.status, reply.json.code], [415, 'unsupported_media_type']);
  });
});

describe('the routes of guests', () => {
  for (const path of ['/session/guest', '/session/registration'])
    for (const origin of [undefined, 'null', 'https://evil.example'])
      it(`refuse POST ${path} from ${origin ?? 'no origin'}`, async () => {
        const { call, asked } = build();
        for (const cookie of [`mp3_access=${GUEST_ACCESS}`, `mp3_refresh=${REFRESH}`, 'other=1']) {
          const reply = await call('POST', path, {
            headers: { cookie, ...(origin && { origin }) },
            body: CREDENTIALS,
          });
          assert.deepEqual([reply.status, reply.json.code, asked], [403, 'forbidden', []], cookie);
        }
      });
});
