import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { accountMessage } from '../../../services/notification/account-message.ts';
import { type AddressLimit, createAddressLimit } from '../../../services/notification/address-limit.ts';
import { createNotificationApp } from '../../../services/notification/app.ts';
import { createMailRecords } from '../../../services/notification/mail-record.ts';
import { createMailer } from '../../../services/notification/mailer.ts';
import { createNotify } from '../../../services/notification/notify-once.ts';
import { createSendOnce, type SendOncePorts } from '../../../services/notification/send-once.ts';
import {
  ACCOUNT_MAIL_KINDS,
  ACCOUNT_MAILS_PATH,
  type AccountMail,
} from '../../../services/shared/contract/account-mail.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import { contract } from '../../support/contract.ts';
import { subscriberOptions } from '../../support/deliver-event.ts';
import { inProcess } from '../../support/in-process.ts';
import { asOtherProcess } from '../../support/other-process.ts';
import { variantsOf } from '../../support/variants.ts';
import { done } from './mp3-events.ts';

const LINK = `https://mp3.example.com/#/verify-email/${'t'.repeat(43)}`;

const mail = (fields: Partial<AccountMail> = {}): AccountMail => ({
  id: randomUUID(),
  kind: 'verify_email',
  to: 'ann@example.com',
  link: LINK,
  detail: null,
  expires_at: '2126-01-02T03:04:05.000Z',
  ...fields,
});

interface Options {
  state?: ReturnType<typeof createMemoryState>;
  server?: () => Promise<void> | void;
  addressLimit?: AddressLimit;
}

function setUp({ state = createMemoryState(), server = () => undefined, addressLimit }: Options = {}) {
  const sent: Readonly<Record<string, string | undefined>>[] = [];
  const sending: SendOncePorts = {
    records: createMailRecords(state, { leaseMs: 1_000_000, pollMs: 2 }),
    mailer: createMailer(
      async (html, metadata) => {
        contract.assertValid('MailRequest', { operation: 'create', data: html, metadata });
        await server();
        sent.push(metadata);
      },
      { from: 'us@example.org' },
    ),
    concurrency: 1,
    stallTimeoutMs: 60_000,
    renewMs: 1_000,
    retryPolicy: { forMs: 1_000, pauseMs: 1 },
    addressLimit,
    stoppingSignal: new AbortController().signal,
    log: pino({ level: 'silent' }),
  };
  const sendOnce = createSendOnce(sending);
  const notify = createNotify(sending, sendOnce);
  const options = subscriberOptions();
  const app = createNotificationApp({ notify, sendOnce, ...options });
  const call = inProcess(app);
  const ask = (body: unknown, token = options.apiToken ?? '') =>
    call('POST', ACCOUNT_MAILS_PATH, {
      headers: { 'dapr-api-token': token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { ask, notify, sent, state };
}

describe('POST /account-mails', () => {
  it('sends each mail once, however often it is asked for', async () => {
    const { ask, sent } = setUp();
    const one = mail();
    for (let i = 0; i < 3; i++) assert.equal((await ask(one)).status, 200);
    assert.equal((await ask(mail())).status, 200);
    assert.deepEqual(
      sent.map(({ messageId }) => messageId?.includes(one.id)),
      [true, false],
    );
  });

  it('sends a mail once that several replicas are asked for at the same time', async () => {
    const state = createMemoryState();
    const gate = Promise.withResolvers<void>();
    const replicas = [1, 2, 3].map(() => setUp({ state: asOtherProcess(state), server: () => gate.promise }));
    const one = mail();
    const asking = replicas.map(({ ask }) => ask(one));
    const [first] = await Promise.all([Promise.race(asking), Promise.resolve()]);
    assert.equal(first?.status, 503);
    gate.resolve();
    const statuses = (await Promise.all(asking)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 503, 503]);
    assert.equal(replicas.flatMap(({ sent }) => sent).length, 1);
  });

  it('answers 503 while the mail server refuses, so that auth asks again, and sends it then', async () => {
    let isAway = true;
    const { ask, sent } = setUp({
      server() {
        if (isAway) throw unavailable('the mail server');
      },
    });
    const one = mail();
    assert.equal((await ask(one)).status, 503);
    isAway = false;
    assert.equal((await ask(one)).status, 200);
    assert.equal(sent.length, 1);
  });

  it('sends no mail that has expired, and needs no second request for it', async () => {
    const { ask, sent } = setUp();
    const reply = await ask(mail({ expires_at: '2020-01-01T00:00:00.000Z' }));
    assert.deepEqual([reply.status, reply.json.status, sent.length], [200, 'expired', 0]);
  });

  for (const [what, fields] of [
    ['two recipients', { to: 'ann@example.com;eve@example.com' }],
    ['a line break in the address', { to: 'ann@example.com\nBcc: eve@example.com' }],
    ['another kind', { kind: 'advertisement' }],
    ['a script as its link', { link: 'javascript:alert(1)' }],
    ['an id that is none', { id: '../mail' }],
    ['a long detail', { detail: 'x'.repeat(201) }],
  ] as const) {
    it(`refuses a mail with ${what}`, async () => {
      const { ask, sent } = setUp();
      assert.equal((await ask({ ...mail(), ...fields })).status, 400);
      assert.equal(sent.length, 0);
    });
  }

  it('sends what is valid by the contract, and refuses all else', async () => {
    const { ask } = setUp();
    const outcomes = new Set<string>();
    for (const variant of variantsOf(mail())) {
      const body = JSON.parse(JSON.stringify(variant));
      const isValid = contract.isValid('AccountMail', body);
      const { status } = await ask(isValid ? { ...body, id: randomUUID() } : body);
      outcomes.add(`${isValid} ${status}`);
    }
    assert.deepEqual([...outcomes].sort(), ['false 400', 'true 200']);
  });

  it('takes calls from its own sidecar alone', async () => {
    const { ask, sent } = setUp();
    assert.equal((await ask(mail(), 'another token')).status, 403);
    assert.equal(sent.length, 0);
  });
});

describe('the limit of mails to one address', () => {
  const HOUR_MS = 3600_000;

  it('defers mails of both kinds beyond it, and sends them in the next hour', async () => {
    const state = createMemoryState();
    const clock = { ms: 100 * HOUR_MS };
    const { ask, notify, sent } = setUp({
      state,
      addressLimit: createAddressLimit(state, 2, () => clock.ms),
    });
    const [one, event, late] = [mail(), done({ email: 'ann@example.com' }), mail()];
    const lateEvent = done({ email: 'ANN@example.com' });
    assert.equal((await ask(one)).status, 200);
    assert.equal(await notify(event), 'notified');
    const refused = await ask(late);
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '300']);
    assert.equal(await notify(lateEvent), 'deferred');
    assert.equal(sent.length, 2);
    clock.ms += HOUR_MS;
    assert.equal((await ask(late)).status, 200);
    assert.equal(await notify(lateEvent), 'notified');
    assert.equal(await notify(event), 'notified');
    assert.equal(sent.length, 4);
  });

  it('does not count a mail that was refused', async () => {
    const state = createMemoryState();
    let isAway = true;
    const { ask } = setUp({
      state,
      addressLimit: createAddressLimit(state, 1, () => 100 * HOUR_MS),
      server() {
        if (isAway) throw unavailable('the mail server');
      },
    });
    const one = mail();
    for (let i = 0; i < 3; i++) assert.equal((await ask(one)).status, 503);
    isAway = false;
    assert.equal((await ask(one)).status, 200);
    assert.equal((await ask(mail())).status, 429);
  });
});

describe('accountMessage', () => {
  for (const kind of ACCOUNT_MAIL_KINDS) {
    const { subject, html, text } = accountMessage(mail({ kind, detail: '<b>"Eve" & co</b>' }));

    it(`writes ${kind} as HTML and as text, with the same words`, () => {
      assert.match(subject, /^[ -~]+$/);
      assert.ok(html.startsWith('<!doctype html>'));
      assert.ok(text.startsWith(`${subject}\n\n`));
      assert.ok(html.includes('&lt;b&gt;&quot;Eve&quot; &amp; co&lt;/b&gt;') && !html.includes('<b>"Eve"'));
      assert.ok(text.includes('<b>"Eve" & co</b>'));
    });

    it(`leads ${kind} nowhere but to the link of the mail`, () => {
      for (const [, url] of html.matchAll(/(?:href|src)="([^"]*)"/g)) assert.equal(url, LINK);
      for (const [url] of text.matchAll(/https?:\S+/g)) assert.equal(url, LINK);
    });
  }

  it('shows the link of the kinds that need one, and when it ends', () => {
    for (const kind of ['verify_email', 'reset_password', 'email_change'] as const) {
      const { html, text } = accountMessage(mail({ kind }));
      assert.ok(html.includes(`href="${LINK}"`) && text.includes(LINK), kind);
      assert.match(text, /once, until 2 January 2126, 03:04 UTC/);
    }
  });
});
