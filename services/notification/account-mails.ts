import type Router from '@koa/router';
import { ACCOUNT_MAILS_PATH, type AccountMail, accountMail } from '../shared/contract/account-mail.ts';
import { LIMITED_SECONDS } from '../shared/contract/mail-count.ts';
import { accountMailRecordKey } from '../shared/contract/mail-record.ts';
import { jsonBody } from '../shared/http/json-body.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { AppError, unavailable } from '../shared/runtime/errors.ts';
import { accountMessage } from './account-message.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import type { SendOnce } from './send-once.ts';

const DAY_SECONDS = 24 * 3600;

export interface AccountMailPorts {
  sendOnce: SendOnce;
  /** Throws until the service is ready. */
  requireReady: () => Promise<unknown>;
}

const mailOf = (mail: AccountMail): OutgoingMail => ({
  recordKey: accountMailRecordKey(mail),
  // Auth asks until the mail expires. A day more covers clocks that differ.
  recordTtl: () => Math.max(0, (Date.parse(mail.expires_at) - Date.now()) / 1000) + DAY_SECONDS,
  to: mail.to,
  id: mail.id,
  about: { mail: mail.id, kind: mail.kind },
  write: () => accountMessage(mail),
});

/**
 * The route on which auth asks for a mail about an account. 2xx means that nobody has to ask again: the mail is sent, or is of no use
 * any more. After any other answer, auth asks again later. The mail record makes sure that each mail is sent once.
 */
export function accountMailRoutes(router: Router<RequestState>, ports: AccountMailPorts): void {
  const { sendOnce, requireReady } = ports;

  router.post(ACCOUNT_MAILS_PATH, jsonBody, async (context) => {
    const { data: mail } = accountMail.safeParse(context.request.body);
    // The error must not quote the body: it holds a link that acts for the owner.
    if (!mail) throw new AppError('bad_request', 'the mail does not match its schema');
    await requireReady();
    const log = context.state.log.child({ mail: mail.id, kind: mail.kind });
    if (Date.parse(mail.expires_at) <= Date.now()) {
      log.warn('the mail has expired: it is not sent');
      context.body = { status: 'expired' };
      return;
    }
    const result = await sendOnce(mailOf(mail), log);
    if (result === 'limited') throw tooMany();
    if (result === 'deferred') throw unavailable('the mail server');
    context.body = { status: 'sent' };
  });
}

const tooMany = (): AppError =>
  new AppError('too_many_requests', 'this address has got too many mails in this hour', {
    headers: { 'Retry-After': String(LIMITED_SECONDS) },
  });
