import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createMailRecords } from '../../../services/notification/mail-record.ts';
import { createMailer, isOneRecipient } from '../../../services/notification/mailer.ts';
import { createNotify } from '../../../services/notification/notify.ts';
import { readDocument, updateDocument } from '../../../services/shared/documents.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import type { Mp3Event } from '../../../services/shared/events.ts';
import { type MailRecord, mailRecordKey } from '../../../services/shared/outcome.ts';
import { createMemoryState, type StateStore } from '../../../services/shared/state.ts';
import { done, failed } from './events.ts';

type Sent = Record<string, string>;

function setUp(
  options: { state?: StateStore; leaseMs?: number; server?: (mail: Sent) => Promise<void> | void } = {},
) {
  const { state = createMemoryState(), leaseMs = 30, server = () => undefined } = options;
  const sent: Sent[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const sendMail = async (html: string, metadata: Sent) => {
    await server(metadata);
    sent.push({ html, ...metadata });
  };
  const notify = createNotify({
    records: createMailRecords(state, { leaseMs, pollMs: 2 }),
    mailer: createMailer(sendMail, { from: 'mp3converter <us@example.org>', timeoutMs: 1000 }),
    stopping: stopping.signal,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
  });
  const record = async (event: Mp3Event) =>
    (await readDocument<MailRecord>(state, mailRecordKey(event)))?.document;
  const found = (event: Mp3Event, value: MailRecord) =>
    updateDocument<MailRecord>(state, mailRecordKey(event), () => value, { ttlSeconds: 1000 });
  return { notify, sent, lines, state, stopping, record, found };
}

describe('an outcome is mailed once', () => {
  it('with every field set, for the binding keeps what is not', async () => {
    const { notify, sent, record } = setUp();
    const event = done();
    assert.equal(await notify(event), 'told');
    const { html, ...fields } = sent[0] ?? {};
    assert.deepEqual(fields, {
      emailFrom: 'mp3converter <us@example.org>',
      emailTo: 'owner@example.org',
      emailCC: '',
      emailBCC: '',
      subject: 'Your MP3 is ready: a.mp4',
      priority: '3',
    });
    assert.ok(html?.startsWith('<!doctype html>'));
    assert.deepEqual(await record(event), { state: 'sent', sends: 1 });
  });

  it('however often it is told', async () => {
    const { notify, sent } = setUp();
    const event = done();
    await Promise.all([notify(event), notify(event), notify(event)]);
    await notify(event);
    assert.equal(sent.length, 1);
  });

  it('also by two replicas at once', async () => {
    const state = createMemoryState();
    const gate = Promise.withResolvers<void>();
    const first = setUp({ state, leaseMs: 1_000_000, server: () => gate.promise });
    const second = setUp({ state, leaseMs: 1_000_000 });
    const event = done();
    const telling = [first.notify(event), second.notify(event)];
    gate.resolve();
    await Promise.all(telling);
    assert.equal(first.sent.length + second.sent.length, 1);
  });

  it('a failure and a later success are two outcomes', async () => {
    const { notify, sent } = setUp();
    const event = failed('no_audio');
    await notify(event);
    await notify(done({ job_id: event.job_id }));
    assert.equal(sent.length, 2);
  });
});

it('one send at a time, and a failed one does not stop the next', async () => {
  let now = 0;
  let most = 0;
  const { notify, sent } = setUp({
    async server({ emailTo }) {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now -= 1;
      if (emailTo === 'bad@example.org') throw unavailable('the mail server');
    },
  });
  const addresses = ['a@example.org', 'bad@example.org', 'b@example.org', 'c@example.org'];
  await Promise.allSettled(addresses.map((email) => notify(done({ email }))));
  assert.equal(most, 1);
  assert.deepEqual(
    sent.map(({ emailTo }) => emailTo),
    ['a@example.org', 'b@example.org', 'c@example.org'],
  );
});

it('a mail server that is away delays the mail, as often as it takes, and makes no duplicate', async () => {
  let away = true;
  const { notify, sent, record, lines } = setUp({
    server() {
      if (away) throw unavailable('the mail server');
    },
  });
  const event = done();
  for (let times = 0; times < 5; times++) await assert.rejects(notify(event), { code: 'unavailable' });
  assert.deepEqual(await record(event), { state: 'sending', sends: 0 });
  away = false;
  await notify(event);
  assert.equal(sent.length, 1);
  assert.doesNotMatch(lines.join(''), /duplicate/);
});

describe('after a crash in the middle of a send', () => {
  it('the mail is sent once more, and the log says so', async () => {
    const { notify, sent, record, found, lines } = setUp();
    const event = done();
    await found(event, { state: 'sending', sends: 1 });
    await notify(event);
    assert.equal(sent.length, 1);
    assert.match(lines.join(''), /may be a duplicate/);
    assert.deepEqual(await record(event), { state: 'sent', sends: 2 });
  });

  it('but no third time', async () => {
    const { notify, sent, record, found } = setUp();
    const event = done();
    await found(event, { state: 'sending', sends: 2 });
    assert.equal(await notify(event), 'told');
    assert.deepEqual(sent, []);
    assert.equal((await record(event))?.state, 'sent');
  });

  it('others need not wait for it', async () => {
    const { notify, sent, found, stopping } = setUp({ leaseMs: 1_000_000 });
    const crashed = done();
    await found(crashed, { state: 'sending', sends: 1 });
    const waiting = assert.rejects(notify(crashed), { code: 'unavailable' });
    await notify(done());
    assert.equal(sent.length, 1);
    stopping.abort(new Error('stop'));
    await waiting;
  });
});

describe('a recipient', () => {
  const table: [string, boolean][] = [
    ['a@example.org', true],
    ['a.b+c@example.org', true],
    ['a@example.org;b@example.org', false],
    ['a@example.org,b@example.org', false],
    ['a@example.org\r\nBcc: b@example.org', false],
    ['a <a@example.org>', false],
    ['a@example.org\0', false],
    ['', false],
  ];
  for (const [address, good] of table) {
    it(`${JSON.stringify(address)}: ${good ? 'one' : 'dropped'}`, async () => {
      assert.equal(isOneRecipient(address), good);
      const { notify, sent } = setUp();
      assert.equal(await notify(done({ email: address })), good ? 'told' : 'dropped');
      assert.equal(sent.length, good ? 1 : 0);
    });
  }
});

it('nobody is told of a job that has expired', async () => {
  const { notify, sent } = setUp();
  assert.equal(await notify(done({ expires_at: '2020-01-01T00:00:00.000Z' })), 'dropped');
  assert.deepEqual(sent, []);
});

it('the log has job and trace on every line, and neither link nor address', async () => {
  const { notify, lines } = setUp();
  const event = done();
  await notify(event);
  assert.ok(lines.length > 0);
  for (const line of lines) {
    assert.equal(JSON.parse(line).job_id, event.job_id);
    assert.equal(JSON.parse(line).trace_id, event.trace_id);
    assert.doesNotMatch(line, /signature|owner@/);
  }
});
