import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOneRecipient } from '../../../services/notification/mailer.ts';
import { UnknownOutcome } from '../../../services/shared/dapr/sidecar.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../services/shared/state/state-store.ts';
import { eventually } from '../../support/event-loop.ts';
import { asOtherProcess } from '../../support/other-process.ts';
import { done, failed } from './mp3-events.ts';
import { setUp, silentServer } from './test-notifier.ts';

describe('createNotify', () => {
  it('sets every field of a mail, because the binding keeps those that are not set', async () => {
    const { notify, sent, record } = setUp();
    const event = done();
    assert.equal(await notify(event), 'notified');
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

  it('sends one mail for an event that is delivered several times', async () => {
    const { notify, sent } = setUp();
    const event = done();
    await Promise.all([notify(event), notify(event), notify(event)]);
    await notify(event);
    assert.equal(sent.length, 1);
  });

  it('sends one mail for an event that two replicas get at the same time', async () => {
    const state = createMemoryState();
    const gate = Promise.withResolvers<void>();
    const replica = () =>
      setUp({ state: asOtherProcess(state), leaseMs: 1_000_000, server: () => gate.promise });
    const [first, second] = [replica(), replica()];
    const event = done();
    const deliveries = [first.notify(event), second.notify(event)];
    assert.equal(await Promise.race(deliveries), 'deferred');
    gate.resolve();
    assert.deepEqual((await Promise.all(deliveries)).toSorted(), ['deferred', 'notified']);
    assert.equal(first.sent.length + second.sent.length, 1);
  });

  it('sends one mail for each generation of a job', async () => {
    const { notify, sent } = setUp();
    const event = failed('gave_up');
    await notify(event);
    await notify(failed('gave_up', { job_id: event.job_id, run: 2 }));
    await notify(done({ job_id: event.job_id, run: 3 }));
    assert.equal(sent.length, 3);
  });

  it('records a sent mail as soon as the store is available again', async () => {
    const state = createMemoryState();
    let failures = 3;
    const put: StateStore['put'] = async (key, value, options) => {
      if (value.includes('"sent"') && failures-- > 0) throw unavailable('the store');
      return state.put(key, value, options);
    };
    const { notify, sent, record } = setUp({ state: { ...state, put } });
    const event = done();
    assert.equal(await notify(event), 'notified');
    assert.deepEqual([(await record(event))?.state, sent.length], ['sent', 1]);
  });

  it('does not count a save that was reported as failed and had arrived as a further send', async () => {
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
    assert.equal(await notify(event), 'notified');
    assert.equal(sent.length, 1);
    assert.equal((await record(event))?.sends, 1);
  });

  it('keeps the Message-ID of a mail that is sent again, and gives another generation another one', async () => {
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

  it('drops the event of a job that has expired', async () => {
    const { notify, sent } = setUp();
    assert.equal(await notify(done({ expires_at: '2020-01-01T00:00:00.000Z' })), 'dropped');
    assert.deepEqual(sent, []);
  });

  it('logs job and trace on every line, and neither link nor address', async () => {
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
});

describe('createNotify › concurrency', () => {
  for (const concurrency of [1, 3]) {
    it(`begins ${concurrency === 1 ? 'one send' : `${concurrency} sends`} at a time, in order, and goes on after a failed one`, async () => {
      let current = 0;
      let highest = 0;
      const begun: (string | undefined)[] = [];
      const { notify, sent } = setUp({
        concurrency,
        async server({ emailTo }) {
          begun.push(emailTo);
          highest = Math.max(highest, ++current);
          // By then, as many sends are under way as ever will be.
          for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
          current -= 1;
          if (emailTo === 'bad@example.org') throw unavailable('the mail server');
        },
      });
      const addresses = ['a', 'bad', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.org`);
      await Promise.allSettled(addresses.map((email) => notify(done({ email }))));
      assert.equal(highest, concurrency);
      assert.deepEqual(begun, addresses);
      assert.equal(sent.length, 5);
    });
  }

  it('throws `unavailable` for deliveries that wait for their turn when the service stops', async () => {
    const { replies, server } = silentServer();
    const { notify, stopping, record } = setUp({ server });
    const first = notify(done());
    const waiting = done();
    const second = assert.rejects(notify(waiting), { code: 'unavailable' });
    await eventually(() => replies.length === 1);
    stopping.abort(new Error('stop'));
    await second;
    assert.equal(await record(waiting), undefined);
    replies[0]?.resolve();
    assert.equal(await first, 'notified');
  });
});

describe('createNotify › a mail server that refuses mails', () => {
  const refusing = () => {
    const server = { refuses: true };
    const given = setUp({
      server() {
        if (server.refuses) throw unavailable('the mail server');
      },
    });
    return { ...given, server };
  };

  it('delays the mail, however often it refuses, and causes no duplicate', async () => {
    const { notify, sent, record, lines, server } = refusing();
    const event = done();
    for (let times = 0; times < 20; times++) await notify(event).catch(() => undefined);
    const { state, sends, refusals } = (await record(event)) ?? assert.fail();
    assert.deepEqual([state, sends, refusals], ['open', 0, 20]);
    server.refuses = false;
    assert.equal(await notify(event), 'notified');
    assert.equal(sent.length, 1);
    assert.doesNotMatch(lines.join(''), /duplicate/);
  });

  it('gets the mail again from the queue a few times, and from then on only when the sweep publishes the event', async () => {
    const { notify } = refusing();
    const event = done();
    for (let times = 1; times < 5; times++) await assert.rejects(notify(event), { code: 'unavailable' });
    for (let times = 0; times < 3; times++) assert.equal(await notify(event), 'deferred');
  });
});

describe('createNotify › a send with an unknown outcome', () => {
  const lose = () => {
    throw new UnknownOutcome('the sidecar died');
  };

  it('sends the mail once more after the sidecar died, and says so in the log', async () => {
    let sends = 0;
    const { notify, sent, record, lines } = setUp({ server: () => (sends++ === 0 ? lose() : undefined) });
    const event = done();
    await assert.rejects(notify(event), { code: 'unavailable' });
    assert.doesNotMatch(lines.join(''), /duplicate/);
    assert.equal(await notify(event), 'notified');
    assert.match(lines.join(''), /may be a duplicate/);
    assert.deepEqual([sent.length, (await record(event))?.sends], [1, 2]);
  });

  it('sends the mail once more after the service died, and says so in the log', async () => {
    const { notify, sent, record, leaveRecord, lines } = setUp();
    const event = done();
    await leaveRecord(event, { sends: 1 });
    assert.equal(await notify(event), 'notified');
    assert.match(lines.join(''), /may be a duplicate/);
    assert.deepEqual(
      [sent.length, (await record(event))?.state, (await record(event))?.sends],
      [1, 'sent', 2],
    );
  });

  it('does not use up the second send by a refusal', async () => {
    const { notify, sent, leaveRecord, record } = setUp({
      server() {
        if (refuses) throw unavailable('the mail server');
      },
    });
    let refuses = true;
    const event = done();
    await leaveRecord(event, { sends: 1 });
    for (let times = 0; times < 4; times++) await assert.rejects(notify(event), { code: 'unavailable' });
    assert.equal((await record(event))?.sends, 1);
    refuses = false;
    await notify(event);
    assert.equal(sent.length, 1);
  });

  it('never sends a third mail', async () => {
    const { notify, sent, record, leaveRecord, lines } = setUp();
    const event = done();
    await leaveRecord(event, { sends: 2 });
    assert.equal(await notify(event), 'notified');
    assert.deepEqual(sent, []);
    assert.match(lines.join(''), /there is no third/);
    assert.equal((await record(event))?.state, 'sent');
  });

  it('does not let other mails wait for it', async () => {
    const { notify, sent, leaveRecord, stopping } = setUp({ leaseMs: 1_000_000 });
    const crashed = done();
    await leaveRecord(crashed, { sends: 1 });
    const waiting = assert.rejects(notify(crashed), { code: 'unavailable' });
    await notify(done());
    assert.equal(sent.length, 1);
    stopping.abort(new Error('stop'));
    await waiting;
  });
});

describe('createNotify › the recipient', () => {
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
    it(`${good ? 'sends the mail to' : 'drops the event of'} ${JSON.stringify(address)}`, async () => {
      assert.equal(isOneRecipient(address), good);
      const { notify, sent } = setUp();
      assert.equal(await notify(done({ email: address })), good ? 'notified' : 'dropped');
      assert.equal(sent.length, good ? 1 : 0);
    });
  }
});
