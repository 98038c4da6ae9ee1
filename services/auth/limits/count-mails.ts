import type { Middleware } from 'koa';
import type { Limits } from './limits.ts';

/** Requests after which a mail may be sent. */
const PATHS = ['/account/verification', '/account/reset'];

/** Limits requests for mails, before anything is looked up, so that the answer does not tell whether there is an account. */
export const countMails =
  (limits: Pick<Limits, 'countMail'>): Middleware =>
  async (context, next) => {
    if (PATHS.includes(context.path)) await limits.countMail();
    return next();
  };
