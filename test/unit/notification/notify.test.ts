import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createMailRecords } from '../../../services/notification/mail-record.ts';
import { createMailer, isOneRecipient } from '../../../services/notification/mailer.ts';
import { createNotify } from '../../../services/notification/notify.ts';
import { asyncapi } from '../../../services/shared/contract/asyncapi/document.ts';
import type { Mp3Event } from '../../../services/shared/contract/events.ts';
import { type MailRecord, mailRecordKey } from '../../../services/shared/contract/mail-record.ts';
import type { MailRequest } from '../../../services/shared/contract/mail-request.ts';
import { UnknownOutcome } from '../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { readDocument, updateDocument } from '../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../services/shared/state/state-store.ts';
import { contract } from '../../support/contract.ts';
import { eventually } from '../../support/event-loop.ts';
import { until } from '../../support/wait.ts';
import { done, failed } from './events.ts';

type Sent = MailRequest['metadata'] & { html: string };

interface Options {
  state?: StateStore;
  leaseMs?: number;
  pollMs?: number;
  patienceMs?: number;
  concurrency?: number;
  server?: (mail: MailRequest['metadata']) => Promise<void> | void;
}

/** What is written is held against asyncapi.json. */
const heldState = (state: StateStore): StateStore => ({
  ...state,
  async put(key, value, options) {
    contract.hold('StoredMailRecord', JSON.parse(value));
    assert.match(value, new RegExp(asyncapi['x-state'].mailRecord.value.pattern));
    return state.put(key, value, options);
  },
});

function setUp({
  state = createMemoryState(),
  leaseMs = 30,
  pollMs = 2,
  patienceMs = 60_000,
  concurrency = 1,
  server = () => undefined,
}: Options = {}) {
  const sent: Sent[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const sendMail = async (html: string, metadata: MailRequest['metadata']) => {
    contract.hold('MailRequest', { operation: 'create', data: html, metadata });
    await server(metadata);
    sent.push({ html, ...metadata });
  };
  const notify = createNotify({
    records: createMailRecords(heldState(state), { leaseMs, pollMs }),
    mailer: createMailer(sendMail, { from: 'mp3converter <us@example.org>' }),
    concurrency,
    stallTimeoutMs: patienceMs,
    renewMs: 2,
    retryPolicy: { forMs: 60_000, pauseMs: 1 },
    stopping: stopping.signal,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
  });
  const record = async (event: Mp3Event) =>
    (await readDocument<MailRecord>(state, mailRecordKey(event)))?.document;
  const found = (event: Mp3Event, value: Partial<MailRecord>) =>
    updateDocument<MailRecord>(
      state,
      mailRecordKey(event),
      () => ({ state: 'sending', send: 'of-the-dead', sends: 1, refusals: 0, ...value }),
      { ttlSeconds: 1000 },
    );
  return { notify, sent, lines, state, stopping, record, found };
}

/** A mail server that accepts and says nothing until it is told how each send ends. */
function frozen() {
  const ends: PromiseWithResolvers<void>[] = [];
  return {
    ends,
    server() {
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    },
  };
}

describe('an outcome is mailed once', () => {
  it('with every field set, for the binding keeps what is not', async () => {
    const { notify, sent, record } = setUp();
    const event = done();
    assert.equal(await notify(event), 'told');
    const [{ html, text, ...fields } = assert.fail('nothing was sent')] = sent;
    assert.deepEqual(fields, {
      emailFrom: 'mp3converter <us@example.org>',
      emailTo: 'owner@example.org',
      emailCC: '',
      emailBCC: '',
      subject: 'Your MP3 is ready: a.mp4',
      priority: '3',
      messageId: `<mail.${event.job_id}.1@example.org>`,
    });
    assert.ok(html?.startsWith('<!doctype html>'));
    assert.ok(text?.startsWith('Your MP3 is ready\n'));
    const { state, sends, refusals } = (await record(event)) ?? assert.fail();
    assert.deepEqual([state, sends, refusals], ['sent', 1, 0]);
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
    const second = setUp({ state, leaseMs: 1_000_000, server: () => gate.promise });
    const event = done();
    const telling = [first.notify(event), second.notify(event)];
    assert.equal(await Promise.race(telling), 'left');
    gate.resolve();
    assert.deepEqual((await Promise.all(telling)).toSorted(), ['left', 'told']);
    assert.equal(first.sent.length + second.sent.length, 1);
  });

  it('in each run of a job', async () => {
    const { notify, sent } = setUp();
    const event = failed('gave_up');
    await notify(event);
    await notify(failed('gave_up', { job_id: event.job_id, run: 2 }));
    await notify(done({ job_id: event.job_id, run: 3 }));
    assert.equal(sent.length, 3);
  });

  it('though the store was away when it was to be recorded', async () => {
    const state = createMemoryState();
    let away = 3;
    const put: StateStore['put'] = async (key, value, options) => {
      if (value.includes('"sent"') && away-- > 0) throw unavailable('the store');
      return state.put(key, value, options);
    };
    const { notify, sent, record } = setUp({ state: { ...state, put } });
    const event = done();
    assert.equal(await notify(event), 'told');
    assert.deepEqual([(await record(event))?.state, sent.length], ['sent', 1]);
  });
});

it('a save before the send that was reported as lost does not count as a send', async () => {
  const memory = createMemoryState();
  let lost = 0;
  const state: typeof memory = {
    ...memory,
    async put(...args) {
      const done = await memory.put(...args);
      if (lost++ < 2) throw unavailable('the store');
      return done;
    },
  };
  const { notify, sent, record } = setUp({ state });
  const event = done();
  assert.equal(await notify(event), 'told');
  assert.equal(sent.length, 1);
  assert.equal((await record(event))?.sends, 1);
});

describe('sends at a time:', () => {
  for (const concurrency of [1, 3]) {
    it(`${concurrency}, begun in order, and a failed one does not stop the next`, async () => {
      let now = 0;
      let most = 0;
      const begun: (string | undefined)[] = [];
      const { notify, sent } = setUp({
        concurrency,
        async server({ emailTo }) {
          begun.push(emailTo);
          most = Math.max(most, ++now);
          // Until there are as many at once as there will be.
          for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
          now -= 1;
          if (emailTo === 'bad@example.org') throw unavailable('the mail server');
        },
      });
      const addresses = ['a', 'bad', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.org`);
      await Promise.allSettled(addresses.map((email) => notify(done({ email }))));
      assert.equal(most, concurrency);
      assert.deepEqual(begun, addresses);
      assert.equal(sent.length, 5);
    });
  }

  it('a silent one gives its place to the next, however many are sent at a time', async () => {
    const { ends, server } = frozen();
    const { notify, sent } = setUp({
      patienceMs: 1,
      concurrency: 2,
      server: ({ emailTo }) => (emailTo === 'tarpit@example.org' ? server() : undefined),
    });
    const silent = Array.from({ length: 4 }, () => notify(done({ email: 'tarpit@example.org' })));
    assert.deepEqual(await Promise.all(silent), ['left', 'left', 'left', 'left']);
    assert.equal(await notify(done()), 'told');
    for (const { resolve } of ends) resolve();
    await eventually(() => sent.length === 5);
  });

  it('those that wait for their turn are handed back when the service stops', async () => {
    const { ends, server } = frozen();
    const { notify, stopping, record } = setUp({ server });
    const first = notify(done());
    const waiting = done();
    const second = assert.rejects(notify(waiting), { code: 'unavailable' });
    await eventually(() => ends.length === 1);
    stopping.abort(new Error('stop'));
    await second;
    assert.equal(await record(waiting), undefined);
    ends[0]?.resolve();
    assert.equal(await first, 'told');
  });
});

it('a mail keeps its Message-ID when it is sent again, and another run has another', async () => {
  let lost = true;
  const ids: (string | undefined)[] = [];
  const { notify } = setUp({
    server({ messageId }) {
      ids.push(messageId);
      if (lost) throw new UnknownOutcome('the sidecar died');
    },
  });
  const event = done();
  await assert.rejects(notify(event));
  lost = false;
  await notify(event);
  await notify({ ...event, run: 2 });
  const id = (run: number) => `<mail.${event.job_id}.${run}@example.org>`;
  assert.deepEqual(ids, [id(1), id(1), id(2)]);
});

describe('the domain of a Message-ID is that of the sender', () => {
  const table: [from: string, domain: string][] = [
    ['mp3converter <mp3converter@localhost>', 'localhost'],
    ['us@example.org', 'example.org'],
    ['"a@b" <us@mail.example.org> ', 'mail.example.org'],
    ['wir@bücher.example', 'xn--bcher-kva.example'],
    ['nobody', 'localhost'],
    ['us@a b', 'localhost'],
  ];
  for (const [from, domain] of table) {
    it(`${from}: ${domain}`, async () => {
      const seen: (string | undefined)[] = [];
      const mailer = createMailer(async (_, { messageId }) => void seen.push(messageId), { from });
      await mailer.send({ to: 'a@example.org', subject: '', html: '', text: '', id: '1' });
      assert.deepEqual(seen, [`<mail.1@${domain}>`]);
    });
  }
});

describe('a mail server that refuses', () => {
  const refusing = () => {
    const server = { away: true };
    const given = setUp({
      server() {
        if (server.away) throw unavailable('the mail server');
      },
    });
    return { ...given, server };
  };

  it('delays the mail, as often as it takes, and makes no duplicate', async () => {
    const { notify, sent, record, lines, server } = refusing();
    const event = done();
    for (let times = 0; times < 20; times++) await notify(event).catch(() => undefined);
    const { state, sends, refusals } = (await record(event)) ?? assert.fail();
    assert.deepEqual([state, sends, refusals], ['open', 0, 20]);
    server.away = false;
    assert.equal(await notify(event), 'told');
    assert.equal(sent.length, 1);
    assert.doesNotMatch(lines.join(''), /duplicate/);
  });

  it('is asked again at once a few times, and then when the sweep says: the queue is for other mails', async () => {
    const { notify } = refusing();
    const event = done();
    for (let times = 1; times < 5; times++) await assert.rejects(notify(event), { code: 'unavailable' });
    for (let times = 0; times < 3; times++) assert.equal(await notify(event), 'left');
  });
});

describe('a mail server that accepts and says nothing', () => {
  it('is waited for: the mail goes out once, however often it is told, and nothing else is held back', async () => {
    const { ends, server } = frozen();
    const frozenFor = 'tarpit@example.org';
    const { notify, sent, record, lines } = setUp({
      patienceMs: 1,
      // A second delivery needs no look at the record.
      leaseMs: 1e9,
      pollMs: 1e9,
      server: ({ emailTo }) => (emailTo === frozenFor ? server() : undefined),
    });
    const event = done({ email: frozenFor });
    assert.equal(await notify(event), 'left');
    for (let times = 0; times < 3; times++) assert.equal(await notify(event), 'left');
    assert.equal(await notify(done()), 'told');
    ends[0]?.resolve();
    await eventually(() => sent.length === 2);
    await until('its record', async () => (await record(event))?.state === 'sent');
    assert.equal(await notify(event), 'told');
    assert.equal(ends.length, 1);
    assert.doesNotMatch(lines.join(''), /duplicate/);
  });

  it('and refuses in the end: the mail is sent when the event comes again', async () => {
    const { ends, server } = frozen();
    const { notify, sent, record } = setUp({ patienceMs: 1, server });
    const event = done();
    assert.equal(await notify(event), 'left');
    ends[0]?.reject(unavailable('the mail server'));
    await until('its record', async () => (await record(event))?.state === 'open');
    await until('the second send', async () => {
      await notify(event);
      return ends.length === 2;
    });
    ends[1]?.resolve();
    await eventually(() => sent.length === 1);
  });

  it('is not given more than 8 mails; the others come again', async () => {
    const { ends, server } = frozen();
    const { notify, sent } = setUp({ patienceMs: 1, server });
    const events = Array.from({ length: 20 }, () => done());
    const results = await Promise.allSettled(events.map((event) => notify(event)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 8);
    assert.equal(ends.length, 8);
    for (const { resolve } of ends) resolve();
    await eventually(() => sent.length === 8);
  });

  it('keeps its mail from other replicas, for as long as it takes', async () => {
    const { ends, server } = frozen();
    const first = setUp({ patienceMs: 1, leaseMs: 1_000_000, server });
    const second = setUp({ state: first.state, leaseMs: 1_000_000, server: () => assert.fail('sent twice') });
    const event = done();
    await first.notify(event);
    for (let times = 0; times < 3; times++) assert.equal(await second.notify(event), 'left');
    ends[0]?.resolve();
    await eventually(() => first.sent.length === 1);
  });
});

describe('of a send nobody knows how it ended:', () => {
  const lose = () => {
    throw new UnknownOutcome('the sidecar died');
  };

  it('the sidecar died: the mail is sent once more, and the log says so', async () => {
    let sends = 0;
    const { notify, sent, record, lines } = setUp({ server: () => (sends++ === 0 ? lose() : undefined) });
    const event = done();
    await assert.rejects(notify(event), { code: 'unavailable' });
    assert.doesNotMatch(lines.join(''), /duplicate/);
    assert.equal(await notify(event), 'told');
    assert.match(lines.join(''), /may be a duplicate/);
    assert.deepEqual([sent.length, (await record(event))?.sends], [1, 2]);
  });

  it('the service died: the same', async () => {
    const { notify, sent, record, found, lines } = setUp();
    const event = done();
    await found(event, { sends: 1 });
    assert.equal(await notify(event), 'told');
    assert.match(lines.join(''), /may be a duplicate/);
    assert.deepEqual(
      [sent.length, (await record(event))?.state, (await record(event))?.sends],
      [1, 'sent', 2],
    );
  });

  it('a refusal after it does not use up the second send', async () => {
    const { notify, sent, found, record } = setUp({
      server() {
        if (away) throw unavailable('the mail server');
      },
    });
    let away = true;
    const event = done();
    await found(event, { sends: 1 });
    for (let times = 0; times < 4; times++) await assert.rejects(notify(event), { code: 'unavailable' });
    assert.equal((await record(event))?.sends, 1);
    away = false;
    await notify(event);
    assert.equal(sent.length, 1);
  });

  it('there is no third send', async () => {
    const { notify, sent, record, found, lines } = setUp();
    const event = done();
    await found(event, { sends: 2 });
    assert.equal(await notify(event), 'told');
    assert.deepEqual(sent, []);
    assert.match(lines.join(''), /there is no third/);
    assert.equal((await record(event))?.state, 'sent');
  });

  it('others need not wait for it', async () => {
    const { notify, sent, found, stopping } = setUp({ leaseMs: 1_000_000 });
    const crashed = done();
    await found(crashed, { sends: 1 });
    const waiting = assert.rejects(notify(crashed), { code: 'unavailable' });
    await notify(done());
    assert.equal(sent.length, 1);
    stopping.abort(new Error('stop'));
    await waiting;
  });

  it('one that was thought dead and is back does not undo the send of another', async () => {
    const { ends, server } = frozen();
    const late = setUp({ patienceMs: 1, server });
    const event = done();
    await late.notify(event);
    await updateDocument<MailRecord>(
      late.state,
      mailRecordKey(event),
      (current) => current && { ...current, send: 'of-another', sends: 2 },
      { ttlSeconds: 1000 },
    );
    ends[0]?.reject(unavailable('the mail server'));
    await eventually(() => late.lines.join('').includes('refused, late'));
    const { state, send, sends } = (await late.record(event)) ?? assert.fail();
    assert.deepEqual([state, send, sends], ['sending', 'of-another', 2]);
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
