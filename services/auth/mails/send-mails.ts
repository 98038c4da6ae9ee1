import { ACCOUNT_MAILS_PATH, type AccountMail } from '../../shared/contract/account-mail.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Statements } from '../database/database.ts';
import { type ClaimedMail, claimDueMails, dropExpiredMails, postponeMail, removeMail } from './outbox.ts';

/** How often the outbox is looked at without a reason. */
const POLL_MS = 1_000;
/** Mails of one look. Notification sends one at a time. */
const BATCH = 4;
/** Longer than one batch takes: each call ends after ten seconds. */
const LEASE_MS = 60_000;
const BACKOFF = { firstMs: 1_000, maxMs: 120_000 };

export interface MailLoopPorts {
  database: Statements;
  invoke: Sidecar['invoke'];
  log: Log;
  now?: () => number;
}

export interface MailLoop {
  /** Looks at the outbox at once. Call it after a change that has queued a mail. */
  wake(): void;
  /** Sends mails until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Sends what is due, and resolves when nothing is. */
  sendDue(signal?: AbortSignal): Promise<void>;
}

/**
 * Asks notification for each mail of the outbox, until it says that the mail is sent. Notification keeps a record for each mail, so
 * a repeated request, also one of another replica, sends no second one.
 */
export function createMailLoop({ database, invoke, log, now = Date.now }: MailLoopPorts): MailLoop {
  let waking = Promise.withResolvers<void>();

  async function send({ mail, attempts }: ClaimedMail, signal?: AbortSignal): Promise<void> {
    const failure = Date.parse(mail.expires_at) > now() ? await ask(invoke, mail, signal) : 'expired';
    if (failure === undefined || failure === 'expired') {
      await removeMail(database, mail.id);
      if (failure) log.warn({ mail: mail.id, kind: mail.kind }, 'a mail could not be sent in time');
      return;
    }
    const pauseMs = backoffMs(attempts + 1, BACKOFF);
    log.warn({ mail: mail.id, kind: mail.kind, reason: failure, retry_ms: pauseMs }, 'a mail waits');
    await postponeMail(database, mail.id, new Date(now() + pauseMs));
  }

  async function sendDue(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const mails = await claimDueMails(database, { limit: BATCH, leaseMs: LEASE_MS, now: new Date(now()) });
      for (const mail of mails) {
        if (signal?.aborted) return;
        await send(mail, signal);
      }
      if (mails.length < BATCH) return;
    }
  }

  return {
    wake: () => waking.resolve(),
    sendDue,
    async run(signal) {
      while (!signal.aborted) {
        await Promise.race([waking.promise, delay(POLL_MS, signal).catch(() => undefined)]);
        waking = Promise.withResolvers();
        try {
          const expired = await dropExpiredMails(database, new Date(now()));
          if (expired > 0) log.error({ mails: expired }, 'mails could not be sent in time');
          await sendDue(signal);
        } catch (error) {
          log.warn({ err: error }, 'the outbox of mails could not be read');
        }
      }
    },
  };
}

/** Resolves with undefined when the mail is settled, and otherwise with the reason. */
async function ask(
  invoke: Sidecar['invoke'],
  mail: AccountMail,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { status } = await invoke('notification', {
      method: 'POST',
      path: ACCOUNT_MAILS_PATH,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(mail),
      signal,
    });
    return status >= 200 && status < 300 ? undefined : `notification answered ${status}`;
  } catch (error) {
    return (error as Error).message;
  }
}
