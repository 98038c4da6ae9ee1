import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { migrate } from '../../../services/auth/database/migrate.ts';
import type { LimitSettings } from '../../../services/auth/limits/settings.ts';
import { createStoredLimiter, deleteExpiredLimits } from '../../../services/auth/limits/stored-limiter.ts';
import { basic } from '../../support/basic-auth.ts';
import type { Reply } from '../../support/in-process.ts';
import { takeToken } from './account-mails.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame!';
const HOME = '198.51.100.7';
const STRANGE = '203.0.113.9';
const HOUR_MS = 3600_000;

type Auth = Awaited<ReturnType<typeof buildAuth>>;

const from = (address: string | undefined) => (address === undefined ? {} : { 'x-client-address': address });
const login = ({ call }: Auth, address: string | undefined, email = EMAIL, password = PASSWORD) =>
  call('POST', '/login', { headers: { ...from(address), authorization: basic(email, password) } });
const register = ({ call }: Auth, address: string | undefined, email = EMAIL, password = PASSWORD) =>
  call('POST', '/register', { headers: from(address), body: { email, password } });

async function guess(
  auth: Auth,
  address: string | undefined,
  times: number,
  email = EMAIL,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let number = 0; number < times; number++)
    statuses.push((await login(auth, address, email, `wrong ${number}`)).status);
  return statuses;
}

function assertTooMany({ status, json, headers }: Reply): void {
  assert.equal(status, 429);
  assert.equal(json.code, 'too_many_requests');
  assert.match(String(headers['retry-after']), /^\d+$/);
  assert.match(String(headers['ratelimit-policy']), /^"[a-z-]+";q=\d+;w=3600$/);
  assert.match(String(headers.ratelimit), /^"[a-z-]+";r=0;t=\d+$/);
}

/** Two replicas over one database. */
async function replicas(t: TestContext, limits: Partial<LimitSettings>) {
  const databases = await createDatabase(t, 2);
  const one = await buildAuth(t, { limits, database: databases[0] });
  const other = await buildAuth(t, { limits, ...(databases[1] && { database: databases[1] }) });
  return { one, other };
}

describe('POST /login, with limits', () => {
  it('refuses an account after so many wrong logins from addresses that its owner never used, on every replica', {
    skip,
  }, async (t) => {
    const { one, other } = await replicas(t, { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 4 });
    await register(one, HOME);
    assert.deepEqual(await guess(one, '203.0.113.1', 2), [401, 401]);
    assert.deepEqual(await guess(other, '203.0.113.2', 3), [401, 401, 429]);
    assertTooMany(await login(one, STRANGE));
    assertTooMany(await login(other, undefined));
  });

  it('lets the owner in from an address of an earlier login while the account is flooded', {
    skip,
  }, async (t) => {
    const { one, other } = await replicas(t, {
      MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2,
      MAX_LOGINS_PER_ADDRESS_PER_HOUR: 3,
    });
    await register(one, HOME);
    await guess(one, STRANGE, 5);
    // Somebody else behind the same address, such as that of a provider, is wrong as well.
    await guess(one, HOME, 5, 'bob@example.com');
    for (const auth of [one, other]) assert.equal((await login(auth, HOME)).status, 200);
    assertTooMany(await login(one, STRANGE));
  });

  it('remembers an address by a login, not by a wrong one', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2 } });
    await register(auth, undefined);
    assert.equal((await login(auth, HOME)).status, 200);
    await guess(auth, STRANGE, 3);
    assert.equal((await login(auth, HOME)).status, 200);
    assertTooMany(await login(auth, STRANGE));
  });

  it('limits the guesses from an address that the owner knows, and only these', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: 3 } });
    await register(auth, HOME);
    assert.deepEqual(await guess(auth, HOME, 5), [401, 401, 401, 429, 429]);
    assert.equal((await login(auth, STRANGE)).status, 200);
  });

  it('limits the guesses from one address at any number of accounts', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ADDRESS_PER_HOUR: 3 } });
    await register(auth, HOME);
    const statuses: number[] = [];
    for (let number = 0; number < 5; number++)
      statuses.push(...(await guess(auth, STRANGE, 1, `user-${number}@example.com`)));
    assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
    assert.equal((await login(auth, '203.0.113.10')).status, 200);
  });

  it('counts no right login', { skip }, async (t) => {
    const auth = await buildAuth(t, {
      limits: {
        MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2,
        MAX_LOGINS_PER_ADDRESS_PER_HOUR: 2,
        MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: 2,
      },
    });
    await register(auth, undefined);
    for (let number = 0; number < 5; number++) assert.equal((await login(auth, STRANGE)).status, 200);
    assert.deepEqual(await auth.database.rows('SELECT * FROM rate_limits'), []);
  });

  it('answers the same whether there is an account or not', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 3 } });
    await register(auth, HOME);
    const seen = async (email: string) => {
      await guess(auth, STRANGE, 3, email);
      const { status, json, headers } = await login(auth, STRANGE, email);
      return [status, json, headers['ratelimit-policy']];
    };
    assert.deepEqual(await seen('nobody@example.com'), await seen(EMAIL));
  });

  it('counts all spellings of an address as one account', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 3 } });
    for (const email of ['ann@münchen.de', 'ANN@xn--mnchen-3ya.de', 'ann@MÜNCHEN.de'])
      await guess(auth, STRANGE, 1, email);
    assertTooMany(await login(auth, STRANGE, 'ann@münchen.de'));
  });

  it('compares few passwords of a hundred logins that come at the same time', { skip }, async (t) => {
    const auth = await buildAuth(t, { queue: 100, limits: { MAX_LOGINS_PER_ADDRESS_PER_HOUR: 5 } });
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, number) => login(auth, STRANGE, `user-${number}@example.com`)),
    );
    const compared = replies.filter(({ status }) => status === 401).length;
    // One more may be under way when the limit is reached.
    assert.ok(compared >= 5 && compared <= 7, `${compared} passwords were compared`);
    assert.equal(replies.filter(({ status }) => status === 429).length, 100 - compared);
  });

  it('writes nothing for a request that is refused', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ADDRESS_PER_HOUR: 1 } });
    await guess(auth, STRANGE, 1);
    const stored = await auth.database.rows('SELECT * FROM rate_limits ORDER BY id');
    assert.equal(stored.length, 2);
    await guess(auth, STRANGE, 20, 'bob@example.com');
    assert.deepEqual(await auth.database.rows('SELECT * FROM rate_limits ORDER BY id'), stored);
  });

  it('ends with the hour', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 1 } });
    await register(auth, HOME);
    const [first] = await guess(auth, STRANGE, 1);
    assert.equal(first, 401);
    assert.equal((await login(auth, STRANGE)).headers['retry-after'], '3600');
    auth.clock.ms += HOUR_MS - 1;
    assert.equal((await login(auth, STRANGE)).headers['retry-after'], '1');
    auth.clock.ms += 1;
    assert.equal((await login(auth, STRANGE)).status, 200);
  });

  it('stores neither addresses nor accounts in plain text', { skip }, async (t) => {
    const auth = await buildAuth(t);
    await register(auth, HOME);
    await guess(auth, STRANGE, 1);
    const stored = JSON.stringify([
      await auth.database.rows('SELECT * FROM rate_limits'),
      await auth.database.rows('SELECT * FROM known_addresses'),
    ]);
    for (const text of [HOME, STRANGE, EMAIL]) assert.ok(!stored.includes(text), text);
  });
});

describe('POST /register, with limits', () => {
  it('limits the registrations from one address on every replica, but not those from addresses that are not public', {
    skip,
  }, async (t) => {
    const { one, other } = await replicas(t, { MAX_REGISTRATIONS_PER_ADDRESS_PER_HOUR: 2 });
    assert.equal((await register(one, STRANGE, 'a@example.com')).status, 201);
    assert.equal((await register(other, STRANGE, 'b@example.com')).status, 201);
    assertTooMany(await register(one, STRANGE, 'c@example.com'));
    assertTooMany(await register(other, STRANGE, 'c@example.com'));
    for (const address of [
      HOME,
      ...Array(3).fill('127.0.0.1'),
      ...Array(3).fill('10.1.2.3'),
      ...Array(3).fill('0:0:0:0::/64'),
      ...Array(3).fill(undefined),
    ]) {
      const email = `${Math.random()}@example.com`;
      assert.equal((await register(one, address, email)).status, 201);
    }
  });

  it('gives no further guesses at the password of an account', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2 } });
    await register(auth, HOME);
    for (let number = 0; number < 2; number++)
      assert.equal((await register(auth, STRANGE, EMAIL, `a wrong one ${number}`)).status, 409);
    assertTooMany(await register(auth, STRANGE));
    assertTooMany(await login(auth, STRANGE));
  });

  it('is open to an address to which strangers have tried to log in before it had an account', {
    skip,
  }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2 } });
    await guess(auth, STRANGE, 3);
    assert.equal((await register(auth, HOME)).status, 201);
    assert.equal((await login(auth, HOME)).status, 200);
  });
});

describe('POST /register, where addresses have to be confirmed', () => {
  it('does not make the address of whoever registers one of the owner', { skip }, async (t) => {
    const auth = await buildAuth(t, { requireVerifiedEmail: true });
    assert.equal((await register(auth, STRANGE)).status, 202);
    assert.deepEqual(await auth.database.rows('SELECT * FROM known_addresses'), []);
  });
});

describe('POST /register and /guests/registration, where addresses have to be confirmed', () => {
  const [ACCOUNT, PENDING, NEW] = [EMAIL, 'pending@example.com', 'new@example.com'];
  const limits = {
    MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 3,
    MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: 2,
    MAX_LOGINS_PER_ADDRESS_PER_HOUR: 20,
  };

  async function withAccount(t: TestContext) {
    const [database] = await createDatabase(t);
    const before = await buildAuth(t, { database });
    await register(before, HOME, ACCOUNT);
    const auth = await buildAuth(t, { database, requireVerifiedEmail: true, limits });
    assert.equal((await register(auth, undefined, PENDING)).status, 202);
    const { json: guest } = await auth.call('POST', '/guests', {});
    const authorization = `Bearer ${guest.access_token}`;
    const asGuest = (address: string, email: string) =>
      auth.call('POST', '/guests/registration', {
        headers: { ...from(address), authorization },
        body: { email, password: PASSWORD },
      });
    return { auth, asGuest };
  }

  for (const address of [STRANGE, HOME]) {
    it(`tell nothing of an account whose logins from ${address} were limited`, { skip }, async (t) => {
      const { auth, asGuest } = await withAccount(t);
      for (const email of [ACCOUNT, PENDING, NEW]) {
        const last = (await guess(auth, address, 4, email)).at(-1);
        assert.equal(last, 429, email);
      }
      for (const email of [ACCOUNT, PENDING, NEW]) {
        const replies = [
          await register(auth, address, email),
          await register(auth, address, email, 'another password'),
          await asGuest(address, email),
        ];
        for (const { status, json } of replies)
          assert.deepEqual([status, json], [202, { email, verification: 'sent' }]);
      }
    });

    it(`tell nothing of an account when all logins from ${address} were limited`, { skip }, async (t) => {
      const { auth } = await withAccount(t);
      for (let number = 0; number < 20; number++) await guess(auth, address, 1, `${number}@example.com`);
      for (const email of [ACCOUNT, PENDING, NEW])
        assert.equal((await register(auth, address, email)).status, 202, email);
    });
  }
});

describe('POST /guests, with limits', () => {
  it('limits the new guests from one address', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_GUESTS_PER_ADDRESS_PER_HOUR: 2 } });
    const start = (address: string) => auth.call('POST', '/guests', { headers: from(address) });
    assert.deepEqual([(await start(STRANGE)).status, (await start(STRANGE)).status], [200, 200]);
    assertTooMany(await start(STRANGE));
    assert.equal((await start(HOME)).status, 200);
  });
});

describe('requests for mails, with limits', () => {
  it('are limited by the address from which they come, and not by whether there is an account', {
    skip,
  }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR: 2 } });
    await register(auth, HOME);
    const ask = (address: string, email: string) =>
      auth.call('POST', '/account/reset', { headers: from(address), body: { email } });
    for (const email of [EMAIL, 'nobody@example.com']) assert.equal((await ask(STRANGE, email)).status, 202);
    for (const email of [EMAIL, 'nobody@example.com']) assertTooMany(await ask(STRANGE, email));
    assert.equal((await ask(HOME, EMAIL)).status, 202);
  });
});

/** An account that is signed in at an address. */
async function signedIn(auth: Auth, address: string, email = EMAIL) {
  await register(auth, address, email);
  const { json } = await login(auth, address, email);
  return { ...from(address), authorization: `Bearer ${json.access_token}` };
}

describe('the password of whoever is signed in, with limits', () => {
  const GUESSES = [
    ['/account/password', { current: 'a wrong one', new: 'another: sésame!' }],
    ['/account/email', { password: 'a wrong one', email: 'eve@example.com' }],
    ['/account/deletion', { password: 'a wrong one' }],
    ['/account/second-factor/removal', { password: 'a wrong one', code: '123456' }],
    ['/account/passkeys/end', { password: 'a wrong one', id: 'x'.repeat(22) }],
    ['/account/identities/end', { password: 'a wrong one', id: 'x'.repeat(64) }],
  ] as const;
  const right = { current: PASSWORD, new: 'another: sésame!' };

  it('is compared no more after so many wrong ones, in whichever requests and sessions, on every replica', {
    skip,
  }, async (t) => {
    const { one, other } = await replicas(t, { MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: GUESSES.length });
    const headers = await signedIn(one, HOME);
    const second = await signedIn(one, STRANGE);
    for (const [at, [path, body]] of GUESSES.entries()) {
      const sender = at % 2 === 0 ? headers : second;
      const { status, json } = await one.call('POST', path, { headers: sender, body });
      assert.deepEqual([path, status, json.code], [path, 403, 'wrong_password']);
    }
    for (const auth of [one, other])
      for (const [path, body] of [...GUESSES, ['/account/password', right] as const])
        assertTooMany(await auth.call('POST', path, { headers: second, body }));
    // The owner still logs in.
    for (const address of [HOME, STRANGE]) assert.equal((await login(one, address)).status, 200);
    one.clock.ms += HOUR_MS + 60_000;
    const { json } = await login(one, HOME);
    const renewed = { authorization: `Bearer ${json.access_token}` };
    assert.equal(
      (await one.call('POST', '/account/password', { headers: renewed, body: right })).status,
      204,
    );
  });

  it('can be changed while strangers guess it at the login', { skip }, async (t) => {
    const auth = await buildAuth(t, {
      limits: { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2, MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: 2 },
    });
    const headers = await signedIn(auth, HOME);
    await guess(auth, HOME, 3);
    await guess(auth, STRANGE, 3);
    for (const address of [HOME, STRANGE]) assertTooMany(await login(auth, address));
    for (const address of [HOME, STRANGE]) {
      const body = { current: 'a wrong one', new: right.new };
      const reply = await auth.call('POST', '/account/password', {
        headers: { ...headers, ...from(address) },
        body: address === HOME ? body : right,
      });
      assert.equal(reply.status, address === HOME ? 403 : 204);
    }
  });
});

describe('POST /account/email, with limits', () => {
  const change = ({ call }: Auth, headers: object, number: number) =>
    call('POST', '/account/email', {
      headers: headers as Record<string, string>,
      body: { password: PASSWORD, email: `stranger-${number}@example.net` },
    });

  it('mails five addresses an hour for one account, from whichever addresses it asks', {
    skip,
  }, async (t) => {
    const { one, other } = await replicas(t, {});
    const headers = await signedIn(one, HOME);
    for (let number = 0; number < 5; number++) {
      const moved = { ...headers, ...from(`203.0.113.${number}`) };
      assert.equal((await change(number % 2 ? one : other, moved, number)).status, 202);
    }
    for (const auth of [one, other]) assertTooMany(await change(auth, headers, 5));
    const mails = await one.database.rows("SELECT id FROM mail_outbox WHERE mail LIKE '%email_change%'");
    assert.equal(mails.length, 5);
    const neighbour = await signedIn(one, HOME, 'bob@example.com');
    assert.equal((await change(one, neighbour, 6)).status, 202);
    one.clock.ms += HOUR_MS + 60_000;
    const { json } = await login(one, HOME);
    assert.equal((await change(one, { authorization: `Bearer ${json.access_token}` }, 7)).status, 202);
  });

  it('counts with the other requests for mails of the address from which it comes', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR: 2 } });
    const headers = await signedIn(auth, HOME);
    const neighbour = await signedIn(auth, HOME, 'bob@example.com');
    assert.equal((await change(auth, headers, 1)).status, 202);
    assert.equal((await change(auth, neighbour, 2)).status, 202);
    assertTooMany(await change(auth, headers, 3));
  });

  it('counts nothing for a wrong password', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits: { MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR: 1 } });
    const headers = await signedIn(auth, HOME);
    const body = { password: 'a wrong one', email: 'eve@example.com' };
    for (let number = 0; number < 6; number++)
      assert.equal((await auth.call('POST', '/account/email', { headers, body })).status, 403);
    assert.equal((await change(auth, headers, 1)).status, 202);
  });
});

describe('the address from which the link of a mail is used', () => {
  const flood = async (auth: Auth, email = EMAIL) => {
    await guess(auth, STRANGE, 3, email);
    assertTooMany(await login(auth, '203.0.113.77', email));
  };
  const limits = { MAX_LOGINS_PER_ACCOUNT_PER_HOUR: 2 };

  it('is one of the owner after a reset of the password', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits });
    await register(auth, '198.51.100.200');
    await auth.call('POST', '/account/reset', { body: { email: EMAIL } });
    const token = await takeToken(auth.database, 'reset_password');
    await flood(auth);
    const body = { token, password: 'another: sésame!' };
    const confirm = (sent: object) =>
      auth.call('POST', '/account/reset/confirm', { headers: from(HOME), body: sent });
    assert.equal((await confirm({ ...body, token: 'x'.repeat(43) })).status, 410);
    assertTooMany(await login(auth, HOME));
    assert.equal((await confirm(body)).status, 204);
    assert.equal((await login(auth, HOME, EMAIL, body.password)).status, 200);
  });

  it('is one of the owner after the confirmation of a registration', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits, requireVerifiedEmail: true });
    await register(auth, STRANGE);
    const token = await takeToken(auth.database, 'verify_email');
    await flood(auth);
    const confirm = () =>
      auth.call('POST', '/account/verification/confirm', { headers: from(HOME), body: { token } });
    assert.equal((await confirm()).status, 204);
    assert.equal((await login(auth, HOME)).status, 200);
    assertTooMany(await login(auth, STRANGE));
  });

  it('is one of the owner of a new address after its confirmation', { skip }, async (t) => {
    const auth = await buildAuth(t, { limits });
    const headers = await signedIn(auth, STRANGE);
    const moved = 'ann@example.org';
    await auth.call('POST', '/account/email', { headers, body: { password: PASSWORD, email: moved } });
    const token = await takeToken(auth.database, 'email_change');
    await flood(auth, moved);
    const sent = { headers: from(HOME), body: { token } };
    assert.equal((await auth.call('POST', '/account/verification/confirm', sent)).status, 204);
    assert.equal((await login(auth, HOME, moved)).status, 200);
  });
});

describe('createStoredLimiter', () => {
  it('counts each of many simultaneous requests on several replicas once', { skip }, async (t) => {
    const databases = await createDatabase(t, 3);
    await migrate(databases[0], MIGRATIONS, silent);
    const limiters = databases.map((database) =>
      createStoredLimiter(database, { name: 'test', points: 1000, windowSeconds: 60 }),
    );
    const keys = ['one', 'two', 'three'];
    await Promise.all(
      Array.from({ length: 90 }, (_, at) => limiters[at % 3]?.count(String(keys[Math.floor(at / 3) % 3]))),
    );
    for (const key of keys) assert.equal((await limiters[0]?.read(key))?.count, 30);
  });

  it('keeps the windows of two limits apart, and deletes those that have ended', { skip }, async (t) => {
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    let at = 1_000_000;
    const options = { points: 2, now: () => at };
    const short = createStoredLimiter(database, { ...options, name: 'short', windowSeconds: 1 });
    const long = createStoredLimiter(database, { ...options, name: 'long', windowSeconds: 10 });
    for (const limiter of [short, short, long]) await limiter.count('key');
    assert.deepEqual(
      [(await short.read('key')).isReached, (await long.read('key')).isReached],
      [true, false],
    );
    at += 1_000;
    assert.equal((await short.read('key')).count, 0);
    assert.equal((await long.count('key')).count, 2);
    await deleteExpiredLimits(database, at);
    assert.equal((await database.rows('SELECT id FROM rate_limits')).length, 1);
    assert.equal((await short.count('key')).count, 1);
  });
});
