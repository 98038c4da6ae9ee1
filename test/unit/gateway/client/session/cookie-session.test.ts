import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '../../../../../services/gateway/accounts/session-view.ts';
import { ConnectionLostError, ProblemError } from '../../../../../services/gateway/client/http/errors.ts';
import type { Reply } from '../../../../../services/gateway/client/http/reply.ts';
import type { ApiRequest, Transport } from '../../../../../services/gateway/client/http/transport.ts';
import { createCookieSession } from '../../../../../services/gateway/client/session/cookie-session.ts';
import { createTestClock } from '../test-clock.ts';

const ANN = { id: '1', email: 'ann@example.com', guest: false };
const GUEST: Account = { id: '3', email: null, guest: true };
const EVE: Account = { id: '2', email: 'eve@example.com', guest: false };
const CREDENTIALS = { email: ANN.email, password: 'open sésame' };
const LIFE_SECONDS = 900;
const { signal } = new AbortController();

/**
 * A browser with its cookie jar, the gateway and auth, as far as a session sees them. Refresh token n leads to n + 1; the same
 * one leads there again, unless its successor was used.
 */
function createBrowser() {
  const clock = createTestClock();
  const jar: { access?: { account: Account; until: number } | undefined; refresh?: number | undefined } = {};
  const auth = { account: ANN as Account, newest: 0, isEnded: false, isAway: false };
  const calls: string[] = [];
  const bodies: string[] = [];
  /** Renewals whose response gets lost. */
  let lost = 0;
  /** Responses to renewals arrive after this. */
  let arrival: Promise<void> | undefined;
  let queue = Promise.resolve();

  const view = () => {
    const access = jar.access && jar.access.until > clock.now() ? jar.access : undefined;
    const renew_in = access ? Math.max(0, (access.until - clock.now()) / 1000 - 60) : null;
    return { account: access?.account ?? null, renewable: jar.refresh !== undefined, renew_in };
  };
  const grant = (refresh: number) => {
    jar.access = { account: auth.account, until: clock.now() + LIFE_SECONDS * 1000 };
    jar.refresh = refresh;
    return view();
  };
  const refuse = (
    code: 'invalid_token' | 'unavailable' | 'state_conflict' = 'invalid_token',
    status = 401,
  ) => {
    throw new ProblemError('refused', { status, code });
  };

  function renewal() {
    if (auth.isAway) refuse('unavailable', 503);
    if (auth.isEnded || jar.refresh === undefined || jar.refresh < auth.newest - 1) {
      Object.assign(jar, { access: undefined, refresh: undefined });
      refuse();
    }
    auth.newest = Number(jar.refresh) + 1;
    if (lost > 0) {
      lost -= 1;
      throw new ConnectionLostError('lost');
    }
    const { newest } = auth;
    return arrival ? arrival.then(() => grant(newest)) : grant(newest);
  }

  const answers: Record<string, () => unknown> = {
    'GET /session': view,
    'POST /session': () => grant(1),
    'POST /session/renewal': renewal,
    'DELETE /session': () => {
      Object.assign(jar, { access: undefined, refresh: undefined });
      if (auth.isAway) refuse('unavailable', 503);
    },
    'POST /session/guest': () => {
      if (view().account === null) auth.account = GUEST;
      return view().account ? view() : grant(1);
    },
    'POST /session/registration': () => {
      const { account } = view();
      if (!account) refuse();
      if (!account?.guest) refuse('state_conflict', 409);
      auth.account = { ...GUEST, email: CREDENTIALS.email, guest: false };
      return grant(auth.newest + 1);
    },
    'GET /jobs': () => view().account?.email ?? refuse(),
  };

  const transport: Transport = {
    url: 'http://gateway.test',
    async send({ method, path, body }: ApiRequest) {
      calls.push(`${method} ${path}`);
      if (body) bodies.push(String(await body()));
      const content = await answers[`${method} ${path}`]?.();
      return { json: async () => content, discard: async () => undefined } as unknown as Reply;
    },
  };

  const openTab = (hasLocks = true) => {
    const changes: (string | null)[] = [];
    const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = queue.then(work);
      queue = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    };
    const session = createCookieSession({
      transport,
      ...(hasLocks && { exclusively }),
      onChange: (account) => void changes.push(account?.email ?? null),
      clock,
      signal,
    });
    const list = () => session.send({ method: 'GET', path: '/jobs', signal });
    return { session, changes, list };
  };

  const lose = (count: number) => {
    lost = count;
  };
  /** Holds the responses to renewals back, until the returned function is called. */
  const holdRenewals = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    arrival = promise;
    return resolve;
  };
  const count = (call: string) => calls.filter((other) => other === call).length;
  return { clock, jar, auth, calls, bodies, count, lose, holdRenewals, openTab };
}

async function signedIn() {
  const browser = createBrowser();
  const tab = browser.openTab();
  await tab.session.signIn(CREDENTIALS, signal);
  browser.calls.length = 0;
  return { ...browser, ...tab };
}

const RENEWAL = 'POST /session/renewal';

describe('createCookieSession', () => {
  it('says who is signed in after a sign-in, and nobody before', async () => {
    const { openTab } = createBrowser();
    const { session, changes } = openTab();
    assert.equal(await session.open(signal), null);
    await session.signIn(CREDENTIALS, signal);
    assert.deepEqual([session.account, changes], [ANN.id, [ANN.email]]);
  });

  it('stays signed out where the response to a renewal comes after that', async () => {
    const { session, jar, clock, count, holdRenewals } = await signedIn();
    clock.advance((LIFE_SECONDS - 30) * 1000);
    const arrive = holdRenewals();
    const renewed = session.keepAlive();
    await new Promise(setImmediate);
    assert.equal(count(RENEWAL), 1);
    const ended = session.logOut(signal);
    arrive();
    await Promise.all([renewed, ended]);
    assert.deepEqual([session.account, jar.access, jar.refresh], [undefined, undefined, undefined]);
  });

  it('continues the session of an earlier visit', async () => {
    const { openTab, clock, count } = await signedIn();
    clock.advance(LIFE_SECONDS * 10_000);
    assert.deepEqual(await openTab().session.open(signal), ANN);
    assert.equal(count(RENEWAL), 1);
  });

  it('renews the session once for requests at the same time', async () => {
    const { list, clock, count, changes } = await signedIn();
    clock.advance(LIFE_SECONDS * 2_000);
    await Promise.all([list(), list(), list()]);
    assert.equal(count(RENEWAL), 1);
    assert.deepEqual(changes, [ANN.email]);
  });

  it('renews the session once for all tabs', async () => {
    const { list, openTab, clock, count } = await signedIn();
    const other = openTab();
    await other.session.open(signal);
    clock.advance(LIFE_SECONDS * 2_000);
    await Promise.all([list(), other.list(), list(), other.list()]);
    assert.equal(count(RENEWAL), 1);
  });

  it('survives tabs that renew it at the same time, where a browser has no locks', async () => {
    const { openTab, clock, session } = await signedIn();
    const tabs = [openTab(false), openTab(false)];
    for (const tab of tabs) await tab.session.open(signal);
    clock.advance(LIFE_SECONDS * 2_000);
    await Promise.all(tabs.map((tab) => tab.list()));
    assert.deepEqual(
      tabs.map((tab) => tab.session.account),
      [session.account, ANN.id],
    );
  });

  it('renews the session a minute before its end, so that elements of the page can use it', async () => {
    const { session, clock, count } = await signedIn();
    clock.advance((LIFE_SECONDS - 61) * 1000);
    await session.keepAlive();
    assert.equal(count(RENEWAL), 0);
    clock.advance(2_000);
    await session.keepAlive();
    await session.keepAlive();
    assert.equal(count(RENEWAL), 1);
  });

  it('asks nothing to keep a session alive that there is not', async () => {
    const { openTab, calls } = createBrowser();
    await openTab().session.keepAlive();
    assert.deepEqual(calls, []);
  });

  for (const lost of [1, 2]) {
    it(`goes on where ${lost} responses to a renewal get lost`, async () => {
      const { list, lose, clock, changes, count } = await signedIn();
      clock.advance(LIFE_SECONDS * 2_000);
      lose(lost);
      await list();
      assert.equal(count(RENEWAL), lost + 1);
      assert.deepEqual(changes, [ANN.email]);
    });
  }

  it('stops after three attempts, and does not say that the session has ended', async () => {
    const { list, lose, clock, changes, count } = await signedIn();
    clock.advance(LIFE_SECONDS * 2_000);
    lose(3);
    await assert.rejects(list(), { name: 'ConnectionLostError' });
    assert.equal(count(RENEWAL), 3);
    assert.deepEqual(changes, [ANN.email]);
  });

  it('says when the session has ended, once', async () => {
    const { list, auth, clock, changes, session } = await signedIn();
    auth.isEnded = true;
    clock.advance(LIFE_SECONDS * 2_000);
    await assert.rejects(list(), { code: 'invalid_token' });
    await assert.rejects(list(), { code: 'invalid_token' });
    assert.deepEqual([changes, session.account], [[ANN.email, null], undefined]);
  });

  it('says when another tab has signed in to another account', async () => {
    const { session, openTab, auth, changes } = await signedIn();
    auth.account = EVE;
    await openTab().session.signIn(CREDENTIALS, signal);
    assert.deepEqual(await session.open(signal), EVE);
    assert.deepEqual(changes, [ANN.email, EVE.email]);
  });

  it('does not say that the session has ended while auth is away', async () => {
    const { list, auth, clock, changes } = await signedIn();
    auth.isAway = true;
    clock.advance(LIFE_SECONDS * 2_000);
    await assert.rejects(list(), { code: 'unavailable' });
    auth.isAway = false;
    await list();
    assert.deepEqual(changes, [ANN.email]);
  });

  it('signs out, also while auth is away, and reports that', async () => {
    const { session, auth, changes, jar } = await signedIn();
    auth.isAway = true;
    await assert.rejects(session.logOut(signal), { code: 'unavailable' });
    assert.deepEqual([changes, jar.refresh], [[ANN.email, null], undefined]);
  });

  it('ends the wait of a request for a renewal with the signal of the request', async () => {
    const { session, clock, count } = await signedIn();
    clock.advance(LIFE_SECONDS * 2_000);
    const stop = new AbortController();
    const sent = session.send({ method: 'GET', path: '/jobs', signal: stop.signal });
    stop.abort(new Error('stopped'));
    await assert.rejects(sent, /stopped/);
    await session.send({ method: 'GET', path: '/jobs', signal });
    assert.equal(count(RENEWAL), 1);
  });

  it('starts as a guest, and stays the one that it is', async () => {
    const { openTab, count } = createBrowser();
    const { session, changes } = openTab();
    assert.deepEqual(await session.startAsGuest(signal), GUEST);
    assert.deepEqual(await session.startAsGuest(signal), GUEST);
    assert.deepEqual([session.account, changes], [GUEST.id, [null]]);
    assert.equal(count('POST /session/guest'), 2);
  });

  it('stays signed in where somebody asks to start as a guest', async () => {
    const { session } = await signedIn();
    assert.deepEqual(await session.startAsGuest(signal), ANN);
  });

  it('registers a guest, who keeps the id, and says so', async () => {
    const { openTab, bodies } = createBrowser();
    const { session, changes } = openTab();
    await session.startAsGuest(signal);
    await session.registerGuest(CREDENTIALS, signal);
    assert.deepEqual([session.account, changes], [GUEST.id, [null, ANN.email]]);
    assert.deepEqual(
      bodies.map((body) => JSON.parse(body)),
      [CREDENTIALS],
    );
    assert.deepEqual(await session.open(signal), { ...GUEST, email: ANN.email, guest: false });
  });

  it('renews the session of a guest before the registration where it is due, and where the gateway asks for it', async () => {
    for (const isDue of [true, false]) {
      const { openTab, clock, jar, count } = createBrowser();
      const { session } = openTab();
      await session.startAsGuest(signal);
      if (isDue) clock.advance(LIFE_SECONDS * 1_000);
      else jar.access = undefined;
      await session.registerGuest(CREDENTIALS, signal);
      assert.equal(count(RENEWAL), 1);
      assert.equal((await session.open(signal))?.email, ANN.email);
    }
  });

  it('reports that somebody is no guest', async () => {
    const { session, changes } = await signedIn();
    await assert.rejects(session.registerGuest(CREDENTIALS, signal), { code: 'state_conflict' });
    assert.deepEqual(changes, [ANN.email]);
  });
});
