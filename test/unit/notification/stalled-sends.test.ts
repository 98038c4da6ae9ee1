import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MailRecord, mailRecordKey } from '../../../services/shared/contract/mail-record.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { updateDocument } from '../../../services/shared/state/documents.ts';
import { eventually } from '../../support/event-loop.ts';
import { asOtherProcess } from '../../support/other-process.ts';
import { waitFor } from '../../support/wait.ts';
import { done } from './mp3-events.ts';
import { setUp, silentServer } from './test-notifier.ts';

describe('a mail server that accepts the connection and does not reply', () => {
  it('gets the mail once, however often the event is delivered, and holds no other mail back', async () => {
    const { replies, server } = silentServer();
    const silentFor = 'tarpit@example.org';
    const { notify, sent, record, lines } = setUp({
      stallTimeoutMs: 1,
      // A second delivery would wait for these times if it read the record.
      leaseMs: 1e9,
      pollMs: 1e9,
      server: ({ emailTo }) => (emailTo === silentFor ? server() : undefined),
    });
    const event = done({ email: silentFor });
    assert.equal(await notify(event), 'deferred');
    for (let times = 0; times < 3; times++) assert.equal(await notify(event), 'deferred');
    assert.equal(await notify(done()), 'notified');
    replies[0]?.resolve();
    await eventually(() => sent.length === 2);
    await waitFor('its record', async () => (await record(event))?.state === 'sent');
    assert.equal(await notify(event), 'notified');
    assert.equal(replies.length, 1);
    assert.doesNotMatch(lines.join(''), /duplicate/);
  });

  it('may refuse the mail in the end: it is sent when the event is delivered again', async () => {
    const { replies, server } = silentServer();
    const { notify, sent, record } = setUp({ stallTimeoutMs: 1, server });
    const event = done();
    assert.equal(await notify(event), 'deferred');
    replies[0]?.reject(unavailable('the mail server'));
    await waitFor('its record', async () => (await record(event))?.state === 'open');
    await waitFor('the second send', async () => {
      await notify(event);
      return replies.length === 2;
    });
    replies[1]?.resolve();
    await eventually(() => sent.length === 1);
  });

  it('gets no more than 8 mails at a time; the other events are delivered again', async () => {
    const { replies, server } = silentServer();
    const { notify, sent } = setUp({ stallTimeoutMs: 1, server });
    const events = Array.from({ length: 20 }, () => done());
    const results = await Promise.allSettled(events.map((event) => notify(event)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 8);
    assert.equal(replies.length, 8);
    for (const { resolve } of replies) resolve();
    await eventually(() => sent.length === 8);
  });

  it('keeps its mail from other replicas for as long as it does not reply', async () => {
    const { replies, server } = silentServer();
    const first = setUp({ stallTimeoutMs: 1, leaseMs: 1_000_000, server });
    const second = setUp({
      ...{ state: asOtherProcess(first.state), leaseMs: 1_000_000 },
      server: () => assert.fail('sent twice'),
    });
    const event = done();
    await first.notify(event);
    for (let times = 0; times < 3; times++) assert.equal(await second.notify(event), 'deferred');
    replies[0]?.resolve();
    await eventually(() => first.sent.length === 1);
  });

  it('gives its turn to the next mail, also where several are sent at a time', async () => {
    const { replies, server } = silentServer();
    const { notify, sent } = setUp({
      stallTimeoutMs: 1,
      concurrency: 2,
      server: ({ emailTo }) => (emailTo === 'tarpit@example.org' ? server() : undefined),
    });
    const silent = Array.from({ length: 4 }, () => notify(done({ email: 'tarpit@example.org' })));
    assert.deepEqual(await Promise.all(silent), ['deferred', 'deferred', 'deferred', 'deferred']);
    assert.equal(await notify(done()), 'notified');
    for (const { resolve } of replies) resolve();
    await eventually(() => sent.length === 5);
  });

  it('does not undo the send of another process when it replies after that one took over', async () => {
    const { replies, server } = silentServer();
    const late = setUp({ stallTimeoutMs: 1, server });
    const event = done();
    await late.notify(event);
    await updateDocument<MailRecord>(
      asOtherProcess(late.state),
      mailRecordKey(event),
      (current) => current && { ...current, send: 'of-another', sends: 2 },
      { ttlSeconds: 1000 },
    );
    replies[0]?.reject(unavailable('the mail server'));
    await eventually(() => late.lines.join('').includes('in a late reply'));
    const { state, send, sends } = (await late.record(event)) ?? assert.fail();
    assert.deepEqual([state, send, sends], ['sending', 'of-another', 2]);
  });
});
