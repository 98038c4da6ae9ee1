import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAccount, type Wanted } from '../../../../../services/gateway/cli/convert/account.ts';
import {
  createCredentialStore,
  credentialsFile,
} from '../../../../../services/gateway/cli/convert/credentials.ts';
import { BrokenOff, Problem } from '../../../../../services/gateway/cli/convert/failure.ts';
import { openSession } from '../../../../../services/gateway/cli/convert/session.ts';
import { memorySystem, quickClock, temporaryFolder, URL_OF_GATEWAY } from './setting.ts';

const { signal } = new AbortController();
const NOBODY: Wanted = { flagEmail: undefined, envEmail: undefined, password: undefined };
const ANN = { email: 'ann@example.com', password: 'open: sésame' };

async function build(context: TestContext, timeout = AbortSignal.timeout) {
  const system = memorySystem(context);
  const file = path.join(await temporaryFolder(context), 'new', 'credentials.json');
  const store = createCredentialStore(file, timeout);
  const told: string[] = [];
  const asked: string[] = [];
  const clock = quickClock();
  const open = (wanted: Partial<Wanted> = {}, typed = ANN.password) =>
    openAccount(
      {
        gateway: system.gateway,
        store,
        clock,
        userName: 'Root',
        tell: (line) => told.push(line),
        askPassword: async (email) => {
          asked.push(email);
          return typed;
        },
      },
      { ...NOBODY, ...wanted },
      signal,
    );
  return { ...system, store, told, asked, clock, open };
}

test('the first use makes an account and keeps it privately; the next uses it', async (context) => {
  const { open, store, users, told, calls } = await build(context);
  const { login } = await open();
  assert.ok((await login(signal)).access_token);
  const kept = store.find(URL_OF_GATEWAY);
  assert.equal(kept?.email, 'root@localhost.localdomain');
  assert.equal(users.get('root@localhost.localdomain'), kept?.password);
  assert.equal((await stat(store.file)).mode & 0o777, 0o600);
  assert.equal(told.length, 1);
  assert.ok(kept && !told.join().includes(kept.password));
  const again = await open();
  await again.login(signal);
  assert.deepEqual(calls, ['/register', '/login', '/login']);
});

test('a kept account that the gateway has forgotten is registered again', async (context) => {
  const { open, users, store } = await build(context);
  await open();
  users.clear();
  const { login } = await open();
  assert.ok((await login(signal)).access_token);
  assert.deepEqual([...users], [['root@localhost.localdomain', store.find(URL_OF_GATEWAY)?.password]]);
});

test('an address that somebody has already gets a number', async (context) => {
  const { open, users, store } = await build(context);
  users.set('root@localhost.localdomain', 'of somebody else');
  await open();
  assert.match(store.find(URL_OF_GATEWAY)?.email ?? '', /^root-[\da-f]{8}@localhost\.localdomain$/);
});

test('accounts are kept by gateway and address', async (context) => {
  const { open, store } = await build(context);
  await open();
  await open({ envEmail: ANN.email });
  assert.equal(store.find(URL_OF_GATEWAY)?.email, 'root@localhost.localdomain');
  assert.equal(store.find(URL_OF_GATEWAY, 'Ann@Example.com')?.email, ANN.email);
  assert.equal(store.find('http://elsewhere'), undefined);
});

test('--email asks for the password, which is not kept', async (context) => {
  const { open, users, store, asked } = await build(context);
  users.set(ANN.email, ANN.password);
  const { login } = await open({ flagEmail: ANN.email });
  assert.ok((await login(signal)).access_token);
  assert.deepEqual(asked, [ANN.email]);
  assert.equal(store.find(URL_OF_GATEWAY), undefined);
});

test('MP3_EMAIL with an account asks for its password, without one makes it', async (context) => {
  const { open, users, asked } = await build(context);
  users.set(ANN.email, ANN.password);
  await open({ envEmail: ANN.email });
  await open({ envEmail: 'new@example.com' });
  assert.deepEqual(asked, [ANN.email]);
  assert.ok(users.has('new@example.com'));
});

test('MP3_PASSWORD is used, and registers who is not known', async (context) => {
  const { open, users, asked } = await build(context);
  await open({ flagEmail: ANN.email, password: ANN.password });
  await open({ envEmail: ANN.email, password: ANN.password });
  assert.deepEqual([...users], [[ANN.email, ANN.password]]);
  assert.deepEqual(asked, []);
});

const WRONG: [name: string, wanted: Partial<Wanted>, message: RegExp][] = [
  ['typed', { flagEmail: ANN.email }, /not the password of ann@/],
  [
    'from the environment',
    { envEmail: ANN.email, password: 'wrong' },
    /MP3_PASSWORD is not the password of ann@/,
  ],
];
for (const [name, wanted, message] of WRONG) {
  test(`a wrong password, ${name}, is told and not shown`, async (context) => {
    const { open, users } = await build(context);
    users.set(ANN.email, 'another');
    await assert.rejects(
      open(wanted, 'wrong'),
      (error: Error) => message.test(error.message) && !error.message.includes('wrong '),
    );
  });
}

test('a damaged file of credentials is named and not overwritten', async (context) => {
  const file = path.join(await temporaryFolder(context), 'credentials.json');
  await writeFile(file, '{"http://x": "y"}');
  const store = createCredentialStore(file);
  assert.throws(() => store.find('http://x'), /credentials\.json cannot be used/);
  assert.throws(() => store.add('http://x', ANN), /credentials\.json cannot be used/);
});

test('credentials are where XDG has them', () => {
  assert.equal(credentialsFile({ XDG_CONFIG_HOME: '/c' }), '/c/mp3converter/credentials.json');
  assert.match(
    credentialsFile({ XDG_CONFIG_HOME: 'relative' }),
    /^\/.*\/\.config\/mp3converter\/credentials\.json$/,
  );
});

test('of two first runs at once one makes the account, and both use it', async (context) => {
  const { open, users, store, calls } = await build(context);
  const [first, second] = await Promise.all([open(), open()]);
  assert.equal(first.email, second.email);
  assert.ok((await first.login(signal)).access_token && (await second.login(signal)).access_token);
  assert.deepEqual([...users], [[first.email, store.find(URL_OF_GATEWAY)?.password]]);
  assert.equal(calls.filter((call) => call === '/register').length, 1);
});

test('a run waits longer for the lock than another run may hold it', async (context) => {
  const timeouts: number[] = [];
  const { open } = await build(context, (milliseconds) => {
    timeouts.push(milliseconds);
    return new AbortController().signal;
  });
  await open();
  const [waiting = 0, holding = Number.POSITIVE_INFINITY, ...more] = timeouts;
  assert.ok(waiting > holding, `waits ${waiting} ms and holds ${holding} ms`);
  // Each of the three attempts may wait for a minute.
  assert.ok(holding > 3 * 60_000);
  assert.deepEqual(more, []);
});

test('a gateway that never answers gives the lock back in time, and the password stays', async (context) => {
  const deadline = new AbortController();
  // The first timeout is that of the wait for the lock, the second is that of the work under it.
  const timeouts = [new AbortController().signal, deadline.signal];
  const { gateway, open, users, store } = await build(
    context,
    (milliseconds) => timeouts.shift() ?? AbortSignal.timeout(milliseconds),
  );
  const { send } = gateway;
  gateway.send = async ({ signal }) => {
    queueMicrotask(() => deadline.abort(new Error('time is up')));
    await once(signal, 'abort');
    throw signal.reason;
  };
  await assert.rejects(open(), {
    name: 'Failure',
    message: /did not register the account within \d minutes/,
  });
  const pending = store.findPending(URL_OF_GATEWAY);
  assert.ok(pending);

  gateway.send = send;
  await open();
  assert.deepEqual([...users], [[pending.email, pending.password]]);
});

test('a run does not hold the lock while it logs in with the account of another run', async (context) => {
  const { gateway, open, store } = await build(context);
  const { send } = gateway;
  const { exclusively } = store;
  let isHeld = false;
  const during: boolean[] = [];
  store.exclusively = (work, ...rest) =>
    exclusively(
      async (signal) => {
        isHeld = true;
        try {
          return await work(signal);
        } finally {
          isHeld = false;
        }
      },
      ...rest,
    );
  gateway.send = (call) => {
    if (call.path === '/login') during.push(isHeld);
    return send(call);
  };
  await Promise.all([open(), open()]);
  assert.deepEqual(during, [false]);
});

test('two first runs at once for different gateways keep both accounts', async (context) => {
  const file = path.join(await temporaryFolder(context), 'credentials.json');
  const systems = [memorySystem(context), memorySystem(context)];
  const urls = ['http://one.test', 'http://two.test'];
  await Promise.all(
    systems.map(({ gateway }, index) =>
      openAccount(
        {
          gateway: { ...gateway, url: urls[index] ?? '' },
          ...{ store: createCredentialStore(file), clock: quickClock(), userName: 'Root' },
          ...{ tell: () => undefined, askPassword: () => assert.fail('there is nobody to ask') },
        },
        NOBODY,
        signal,
      ),
    ),
  );
  const store = createCredentialStore(file);
  for (const [index, url] of urls.entries()) {
    assert.deepEqual([...(systems[index]?.users.values() ?? [])], [store.find(url)?.password]);
  }
});

test('of two runs at once with MP3_PASSWORD one registers, and both use the account', async (context) => {
  const { open, users } = await build(context);
  const wanted = { envEmail: ANN.email, password: ANN.password };
  const accounts = await Promise.all([open(wanted), open(wanted)]);
  for (const { login } of accounts) assert.ok((await login(signal)).access_token);
  assert.deepEqual([...users], [[ANN.email, ANN.password]]);
});

test('a run that is interrupted while it registers loses no password', async (context) => {
  const { gateway, open, users, store } = await build(context);
  const { send } = gateway;
  gateway.send = async (call) => {
    await send(call);
    throw new Error('interrupted');
  };
  await assert.rejects(open(), /interrupted/);
  const [[email, password] = []] = users;
  assert.equal(store.find(URL_OF_GATEWAY), undefined, 'nobody knows yet whether the account exists');
  assert.deepEqual(store.findPending(URL_OF_GATEWAY), { email, password });

  gateway.send = send;
  const account = await open();
  assert.ok((await account.login(signal)).access_token);
  assert.deepEqual([...users], [[email, password]]);
  assert.deepEqual(store.find(URL_OF_GATEWAY), { email, password });
});

const UNCERTAIN: [status: number, code: string][] = [
  [503, 'unavailable'],
  [502, 'bad_gateway'],
  [500, 'internal'],
  [429, 'too_many_requests'],
];
for (const [status, code] of UNCERTAIN) {
  test(`an account whose first answer was lost is used by the next run after ${status} ${code}`, async (context) => {
    const { gateway, open, users, store } = await build(context);
    const { send } = gateway;
    let isFirst = true;
    gateway.send = async (call) => {
      if (isFirst) {
        isFirst = false;
        await send(call);
        throw new BrokenOff('The connection broke off.');
      }
      throw new Problem('not now', { status, code });
    };
    await assert.rejects(open(), { code });
    const [[email, password] = []] = users;
    assert.deepEqual(store.findPending(URL_OF_GATEWAY), { email, password });

    gateway.send = send;
    const account = await open();
    assert.ok((await account.login(signal)).access_token);
    assert.deepEqual([...users], [[email, password]], 'there is no second account');
  });
}

const FINAL: [status: number, code: string][] = [
  [409, 'email_taken'],
  [422, 'invalid_email'],
  [422, 'weak_password'],
  [400, 'bad_request'],
];
for (const [status, code] of FINAL) {
  test(`an account that the gateway refuses with ${status} ${code} is not kept`, async (context) => {
    const { gateway, open, store } = await build(context);
    gateway.send = async () => {
      throw new Problem('no', { status, code });
    };
    await assert.rejects(open(), { code });
    assert.equal(store.findPending(URL_OF_GATEWAY), undefined);
  });
}

test('an address that is refused is not kept', async (context) => {
  const { open, users, store, asked } = await build(context);
  users.set(ANN.email, ANN.password);
  await open({ envEmail: ANN.email });
  assert.deepEqual(asked, [ANN.email]);
  assert.equal(store.findPending(URL_OF_GATEWAY), undefined);
});

test('where nothing can be written, an account is made for this run only', async (context) => {
  const folder = await temporaryFolder(context);
  // Not even root can make a folder in the place of a link that leads nowhere.
  await symlink(path.join(folder, 'missing'), path.join(folder, 'link'));
  const told: string[] = [];
  const { login } = await openAccount(
    {
      ...{ gateway: memorySystem(context).gateway, clock: quickClock(), userName: 'Root' },
      store: createCredentialStore(path.join(folder, 'link', 'credentials.json')),
      tell: (line) => told.push(line),
      askPassword: () => assert.fail('there is nobody to ask'),
    },
    NOBODY,
    signal,
  );
  assert.ok((await login(signal)).access_token);
  assert.match(told.join('\n'), /for this run only: The new account cannot be kept/);
});

test('a session replaces its token before it expires, and when it is refused', async (context) => {
  const { gateway, clock, open, tokens, calls } = await build(context);
  const session = await openSession(gateway, (await open()).login, { clock, signal });
  const list = () => session.send({ method: 'GET', path: '/jobs', signal }).then(({ body }) => body.dump());
  await list();
  clock.advance(880_000);
  await list();
  // This gateway knows no refresh token, so each renewal ends in a login.
  assert.deepEqual(calls.splice(0), ['/register', '/login', '/refresh', '/login']);
  tokens.clear();
  await list();
  assert.deepEqual(calls, ['/refresh', '/login']);
});
