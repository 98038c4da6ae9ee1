import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createMailRecords } from '../../../services/notification/mail-record.ts';
import { createMailer } from '../../../services/notification/mailer.ts';
import { createNotify } from '../../../services/notification/notify-once.ts';
import { asyncapi } from '../../../services/shared/contract/asyncapi/document.ts';
import type { Mp3Event } from '../../../services/shared/contract/events.ts';
import { type MailRecord, mailRecordKey } from '../../../services/shared/contract/mail-record.ts';
import type { MailRequest } from '../../../services/shared/contract/mail-request.ts';
import { readDocument, updateDocument } from '../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../services/shared/state/state-store.ts';
import { contract } from '../../support/contract.ts';

type Sent = MailRequest['metadata'] & { html: string };

interface Options {
  state?: StateStore;
  leaseMs?: number;
  pollMs?: number;
  stallTimeoutMs?: number;
  concurrency?: number;
  server?: (mail: MailRequest['metadata']) => Promise<void> | void;
}

/** Checks every record that is written against asyncapi.json. */
const checkedState = (state: StateStore): StateStore => ({
  ...state,
  async put(key, value, options) {
    contract.assertValid('StoredMailRecord', JSON.parse(value));
    assert.match(value, new RegExp(asyncapi['x-state'].mailRecord.value.pattern));
    return state.put(key, value, options);
  },
});

/** A notification service on a store in memory, whose mail goes to `server`. */
export function setUp({
  state = createMemoryState(),
  leaseMs = 30,
  pollMs = 2,
  stallTimeoutMs = 60_000,
  concurrency = 1,
  server = () => undefined,
}: Options = {}) {
  const sent: Sent[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const sendMail = async (html: string, metadata: MailRequest['metadata']) => {
    contract.assertValid('MailRequest', { operation: 'create', data: html, metadata });
    await server(metadata);
    sent.push({ html, ...metadata });
  };
  const notify = createNotify({
    records: createMailRecords(checkedState(state), { leaseMs, pollMs }),
    mailer: createMailer(sendMail, { from: 'mp3converter <us@example.org>' }),
    concurrency,
    stallTimeoutMs,
    renewMs: 2,
    retryPolicy: { forMs: 60_000, pauseMs: 1 },
    stoppingSignal: stopping.signal,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
  });
  const record = async (event: Mp3Event) =>
    (await readDocument<MailRecord>(state, mailRecordKey(event)))?.document;
  const leaveRecord = (event: Mp3Event, value: Partial<MailRecord>) =>
    updateDocument<MailRecord>(
      state,
      mailRecordKey(event),
      () => ({ state: 'sending', send: 'of-a-dead-process', sends: 1, refusals: 0, ...value }),
      { ttlSeconds: 1000 },
    );
  return { notify, sent, lines, state, stopping, record, leaveRecord };
}

/** A mail server that does not reply before the test ends the send. */
export function silentServer() {
  const replies: PromiseWithResolvers<void>[] = [];
  return {
    replies,
    server() {
      const reply = Promise.withResolvers<void>();
      replies.push(reply);
      return reply.promise;
    },
  };
}
