import type Router from '@koa/router';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { parseBody } from '../json-body.ts';
import type { ConfirmAddress } from './confirm.ts';
import type { PasswordReset } from './password-reset.ts';
import type { Verification } from './verification.ts';

export interface MailedPorts {
  /** Undefined where addresses need not be confirmed. */
  verification: Pick<Verification, 'resend'> | undefined;
  confirmAddress: ConfirmAddress;
  passwordReset: PasswordReset;
  /** Counts a request that may cause a mail. Throws `too_many_requests`. */
  countMail: () => Promise<void>;
}

const address = z.object({ email: z.string().max(1000) });
const mailToken = z.object({ token: z.string().max(200) });
const newPassword = mailToken.extend({ password: z.string() });

/** What people do with the links of mails, and how they ask for these. None of it needs a session. */
export function mailedRoutes(router: Router<RequestState>, ports: MailedPorts): void {
  const { verification, confirmAddress, passwordReset, countMail } = ports;

  router.post('/account/verification', jsonBody, async (context) => {
    const { email } = parseBody(context, address);
    await countMail();
    await verification?.resend(email);
    context.status = 202;
  });

  router.post('/account/verification/confirm', jsonBody, async (context) => {
    await confirmAddress(parseBody(context, mailToken).token);
    context.status = 204;
  });

  router.post('/account/reset', jsonBody, async (context) => {
    const { email } = parseBody(context, address);
    await countMail();
    await passwordReset.request(email);
    context.status = 202;
  });

  router.post('/account/reset/confirm', jsonBody, async (context) => {
    const { token, password } = parseBody(context, newPassword);
    await passwordReset.confirm(token, password, closedSignal(context.res));
    context.status = 204;
  });
}
