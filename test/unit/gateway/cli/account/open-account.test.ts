import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createCredentialStore } from '../../../../../services/gateway/cli/account/credential-store.ts';
import { openAccount, type WantedAccount } from '../../../../../services/gateway/cli/account/open-account.ts';
import { ConnectionLostError, ProblemError } from '../../../../../services/gateway/client/http/errors.ts';
import type { ErrorCode } from '../../../../../services/shared/runtime/errors.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { createTestGateway } from '../../client/test-gateway.ts';
import { TEST_CODE } from '../../client/test-sign-in.ts';
import { URL_OF_GATEWAY } from '../../client/test-transport.ts';
import { temporaryFolder } from '../test-terminal.ts';

const { signal } = new AbortController();
const NOBODY: WantedAccount = { flagEmail: undefined, envEmail: undefined, password: undefined };
const nobodyToAsk = {
  askPassword: () => assert.fail('there is nobody to ask'),
  nextCode: undefined,
};
const ANN = { email: 'ann@example.com', password: 'open: sésame' };

async function build(context: TestContext, timeout = AbortSignal.timeout) {
  const system = createTestGateway(context);
  const file = path.join(await temporaryFolder(context), 'new', 'credentials.json');
  const store = createCredentialStore(file, timeout);
  const printed: string[] = [];
  const asked: string[] = [];
  const clock = createTestClock();
  const open = (wanted: Partial<WantedAccount> = {}, typed = ANN.password) =>
    openAccount(
      {
        transport: system.transport,
        store,
        clock,
        userName: 'Root',
        print: (line) => printed.push(line),
        askPassword: async (email) => {
          asked.push(email);
          return typed;
        },
        nextCode: async () => {
          asked.push('code');
          return TEST_CODE;
        },
      },
      { ...NOBODY, ...wanted },
      signal,
    );
  return { ...system, store, printed, asked, clock, open };
}

describe('openAccount', () => {
  it('creates an account at the first use, keeps its password privately, and uses it the next time', async (context) => {
    const { open, store, users, printed, calls } = await build(context);
    const { logIn } = await open();
    assert.ok((await logIn(signal)).access_token);
    const kept = store.find(URL_OF_GATEWAY);
    assert.equal(kept?.email, 'root@localhost.localdomain');
    assert.equal(users.get('root@localhost.localdomain'), kept?.password);
    assert.equal((await stat(store.file)).mode & 0o777, 0o600);
    assert.equal(printed.length, 1);
    assert.ok(kept && !printed.join().includes(kept.password));
    const again = await open();
    await again.logIn(signal);
    assert.deepEqual(calls, ['/register', '/login', '/login']);
  });

  it('registers a kept account again that the gateway has forgotten', async (context) => {
    const { open, users, store } = await build(context);
    await open();
    users.clear();
    const { logIn } = await open();
    assert.ok((await logIn(signal)).access_token);
    assert.deepEqual([...users], [['root@localhost.localdomain', store.find(URL_OF_GATEWAY)?.password]]);
  });

  it('adds a number to an address that somebody else has', async (context) => {
    const { open, users, store } = await build(context);
    users.set('root@localhost.localdomain', 'of somebody else');
    await open();
    assert.match(store.find(URL_OF_GATEWAY)?.email ?? '', /^root-[\da-f]{8}@localhost\.localdomain$/);
  });

  it('keeps accounts by gateway and address', async (context) => {
    const { open, store } = await build(context);
    await open();
    await open({ envEmail: ANN.email });
    assert.equal(store.find(URL_OF_GATEWAY)?.email, 'root@localhost.localdomain');
    assert.equal(store.find(URL_OF_GATEWAY, 'Ann@Example.com')?.email, ANN.email);
    assert.equal(store.find('http://elsewhere'), undefined);
  });

  it('asks for the password of --email and does not keep it', async (context) => {
    const { open, users, store, asked } = await build(context);
    users.set(ANN.email, ANN.password);
    const { logIn } = await open({ flagEmail: ANN.email });
    assert.ok((await logIn(signal)).access_token);
    assert.deepEqual(asked, [ANN.email]);
    assert.equal(store.find(URL_OF_GATEWAY), undefined);
  });

  it('asks for the password of MP3_EMAIL where the account exists, and creates the account otherwise', async (context) => {
    const { open, users, asked } = await build(context);
    users.set(ANN.email, ANN.password);
    await open({ envEmail: ANN.email });
    await open({ envEmail: 'new@example.com' });
    assert.deepEqual(asked, [ANN.email]);
    assert.ok(users.has('new@example.com'));
  });

  it('uses MP3_PASSWORD, also to register an unknown address', async (context) => {
    const { open, users, asked } = await build(context);
    await open({ flagEmail: ANN.email, password: ANN.password });
    await open({ envEmail: ANN.email, password: ANN.password });
    assert.deepEqual([...users], [[ANN.email, ANN.password]]);
    assert.deepEqual(asked, []);
  });

  const WRONG: [source: string, wanted: Partial<WantedAccount>, message: RegExp][] = [
    ['that was typed', { flagEmail: ANN.email }, /not the password of ann@/],
    [
      'of the environment',
      { envEmail: ANN.email, password: 'wrong' },
      /MP3_PASSWORD is not the password of ann@/,
    ],
  ];
  for (const [source, wanted, message] of WRONG) {
    it(`reports a wrong password ${source} without showing it`, async (context) => {
      const { open, users } = await build(context);
      users.set(ANN.email, 'another');
      await assert.rejects(
        open(wanted, 'wrong'),
        (error: Error) => message.test(error.message) && !error.message.includes('wrong '),
      );
    });
  }

  it('creates one account for two first runs at the same time', async (context) => {
    const { open, users, store, calls } = await build(context);
    const [first, second] = await Promise.all([open(), open()]);
    assert.equal(first.email, second.email);
    assert.ok((await first.logIn(signal)).access_token && (await second.logIn(signal)).access_token);
    assert.deepEqual([...users], [[first.email, store.find(URL_OF_GATEWAY)?.password]]);
    assert.equal(calls.filter((call) => call === '/register').length, 1);
  });

  it('waits longer for the lock than another run may hold it', async (context) => {
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

  it('releases the lock in time when the gateway never answers, and keeps the password', async (context) => {
    const deadline = new AbortController();
    // The first timeout bounds the wait for the lock, and the second bounds the work under it.
    const timeouts = [new AbortController().signal, deadline.signal];
    const { transport, open, users, store } = await build(
      context,
      (milliseconds) => timeouts.shift() ?? AbortSignal.timeout(milliseconds),
    );
    const { send } = transport;
    transport.send = async ({ signal }) => {
      queueMicrotask(() => deadline.abort(new Error('time is up')));
      await once(signal, 'abort');
      throw signal.reason;
    };
    await assert.rejects(open(), {
      name: 'CommandError',
      message: /did not register the account within \d minutes/,
    });
    const pending = store.findPending(URL_OF_GATEWAY);
    assert.ok(pending);

    transport.send = send;
    await open();
    assert.deepEqual([...users], [[pending.email, pending.password]]);
  });

  it('does not hold the lock while it logs in with the account of another run', async (context) => {
    const { transport, open, store } = await build(context);
    const { send } = transport;
    const { exclusively } = store;
    let isLocked = false;
    const during: boolean[] = [];
    store.exclusively = (work, ...rest) =>
      exclusively(
        async (signal) => {
          isLocked = true;
          try {
            return await work(signal);
          } finally {
            isLocked = false;
          }
        },
        ...rest,
      );
    transport.send = (call) => {
      if (call.path === '/login') during.push(isLocked);
      return send(call);
    };
    await Promise.all([open(), open()]);
    assert.deepEqual(during, [false]);
  });

  it('keeps the accounts of two first runs at the same time for different gateways', async (context) => {
    const file = path.join(await temporaryFolder(context), 'credentials.json');
    const systems = [createTestGateway(context), createTestGateway(context)];
    const urls = ['http://one.test', 'http://two.test'];
    await Promise.all(
      systems.map(({ transport }, index) =>
        openAccount(
          {
            transport: { ...transport, url: urls[index] ?? '' },
            ...{ store: createCredentialStore(file), clock: createTestClock(), userName: 'Root' },
            ...{ print: () => undefined, ...nobodyToAsk },
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

  it('registers one account for two runs at the same time with MP3_PASSWORD', async (context) => {
    const { open, users } = await build(context);
    const wanted = { envEmail: ANN.email, password: ANN.password };
    const accounts = await Promise.all([open(wanted), open(wanted)]);
    for (const { logIn } of accounts) assert.ok((await logIn(signal)).access_token);
    assert.deepEqual([...users], [[ANN.email, ANN.password]]);
  });

  it('loses no password when it is interrupted while it registers', async (context) => {
    const { transport, open, users, store } = await build(context);
    const { send } = transport;
    transport.send = async (call) => {
      await send(call);
      throw new Error('interrupted');
    };
    await assert.rejects(open(), /interrupted/);
    const [[email, password] = []] = users;
    assert.equal(store.find(URL_OF_GATEWAY), undefined, 'nobody knows yet whether the account exists');
    assert.deepEqual(store.findPending(URL_OF_GATEWAY), { email, password });

    transport.send = send;
    const account = await open();
    assert.ok((await account.logIn(signal)).access_token);
    assert.deepEqual([...users], [[email, password]]);
    assert.deepEqual(store.find(URL_OF_GATEWAY), { email, password });
  });

  const UNCERTAIN: [status: number, code: ErrorCode][] = [
    [503, 'unavailable'],
    [502, 'unavailable'],
    [500, 'internal'],
    [429, 'too_many_requests'],
  ];
  for (const [status, code] of UNCERTAIN) {
    it(`lets the next run use an account whose first response was lost, after ${status} ${code}`, async (context) => {
      const { transport, open, users, store } = await build(context);
      const { send } = transport;
      let isFirst = true;
      transport.send = async (call) => {
        if (isFirst) {
          isFirst = false;
          await send(call);
          throw new ConnectionLostError('The connection broke off.');
        }
        throw new ProblemError('not now', { status, code });
      };
      await assert.rejects(open(), { code });
      const [[email, password] = []] = users;
      assert.deepEqual(store.findPending(URL_OF_GATEWAY), { email, password });

      transport.send = send;
      const account = await open();
      assert.ok((await account.logIn(signal)).access_token);
      assert.deepEqual([...users], [[email, password]], 'there is no second account');
    });
  }

  const FINAL: [status: number, code: ErrorCode][] = [
    [409, 'email_taken'],
    [422, 'invalid_email'],
    [422, 'weak_password'],
    [400, 'bad_request'],
  ];
  for (const [status, code] of FINAL) {
    it(`does not keep an account that the gateway refuses with ${status} ${code}`, async (context) => {
      const { transport, open, store } = await build(context);
      transport.send = async () => {
        throw new ProblemError('no', { status, code });
      };
      await assert.rejects(open(), { code });
      assert.equal(store.findPending(URL_OF_GATEWAY), undefined);
    });
  }

  it('asks for the code of a second factor once, and not in the middle of the work', async (context) => {
    const { open, users, accounts, asked } = await build(context);
    users.set(ANN.email, ANN.password);
    accounts.signIn.factors.set(ANN.email, []);
    const { logIn } = await open({ envEmail: ANN.email, password: ANN.password });
    assert.ok((await logIn(signal)).access_token);
    await assert.rejects(logIn(signal), { code: 'second_factor_required' });
    assert.deepEqual(asked, ['code']);
  });

  it('does not keep an address that somebody else has', async (context) => {
    const { open, users, store, asked } = await build(context);
    users.set(ANN.email, ANN.password);
    await open({ envEmail: ANN.email });
    assert.deepEqual(asked, [ANN.email]);
    assert.equal(store.findPending(URL_OF_GATEWAY), undefined);
  });

  it('creates an account for this run only where nothing can be written', async (context) => {
    const folder = await temporaryFolder(context);
    // Not even root can create a folder in the place of a link whose target does not exist.
    await symlink(path.join(folder, 'missing'), path.join(folder, 'link'));
    const printed: string[] = [];
    const { logIn } = await openAccount(
      {
        ...{ transport: createTestGateway(context).transport, clock: createTestClock(), userName: 'Root' },
        store: createCredentialStore(path.join(folder, 'link', 'credentials.json')),
        print: (line) => printed.push(line),
        ...nobodyToAsk,
      },
      NOBODY,
      signal,
    );
    assert.ok((await logIn(signal)).access_token);
    assert.match(printed.join('\n'), /for this run only: The new account cannot be kept/);
  });
});
