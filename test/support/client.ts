import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { basic } from './basic-auth.ts';
import { waitFor } from './wait.ts';

export interface Account {
  email: string;
  password: string;
  token: string;
  refreshToken: string;
}

export interface Mail {
  id: string;
  subject: string;
  html: string;
  to: { address: string }[];
}

/** A client of the public API. `base` is the URL of a gateway, or the invoke address of a sidecar. */
export function client(base: string, extraHeaders: Record<string, string> = {}) {
  const send = (path: string, init: RequestInit & { duplex?: 'half' } = {}) =>
    fetch(base + path, {
      ...init,
      headers: { ...extraHeaders, ...(init.headers as Record<string, string>) },
    });
  const bearer = ({ token }: Account) => ({ authorization: `Bearer ${token}` });

  return {
    send,
    bearer,

    /** Registers a new user and logs it in. */
    async newAccount(email = `user-${randomUUID()}@example.com`): Promise<Account> {
      const password = randomUUID();
      const registered = await send('/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      if (registered.status !== 201)
        throw new Error(`register: ${registered.status} ${await registered.text()}`);
      const login = await send('/login', {
        method: 'POST',
        headers: { authorization: basic(email, password) },
      });
      if (login.status !== 200) throw new Error(`login: ${login.status} ${await login.text()}`);
      const tokens = (await login.json()) as { access_token: string; refresh_token: string };
      return { email, password, token: tokens.access_token, refreshToken: tokens.refresh_token };
    },

    async uploadForm(account: Account, path: string, query = '', name = basename(path)): Promise<Response> {
      const form = new FormData();
      form.append('file', await openAsBlob(path), name);
      return send(`/upload${query}`, { method: 'POST', headers: bearer(account), body: form });
    },

    /** Throws for every status but 200. */
    async job(account: Account, id: string): Promise<JobView> {
      const response = await send(`/jobs/${id}`, { headers: bearer(account) });
      if (response.status !== 200) throw new Error(`job: ${response.status} ${await response.text()}`);
      return (await response.json()) as JobView;
    },

    /** Waits until a job is final. */
    async finished(account: Account, id: string): Promise<JobView> {
      const isFinal = async () => {
        const job = await this.job(account, id);
        return ['done', 'failed', 'cancelled'].includes(job.status) && job;
      };
      // Other tests use the same converter.
      return waitFor(`job ${id} to be final`, isFinal, { timeoutMs: 240_000 });
    },
  };
}

export type Client = ReturnType<typeof client>;

/** The mails to one address that are in MailDev now. */
export async function mailsTo(mailUrl: string, address: string): Promise<Mail[]> {
  const response = await fetch(`${mailUrl}/api/email`);
  const mails = (await response.json()) as Mail[];
  return mails.filter(({ to }) => to.some((recipient) => recipient.address === address));
}

/** Waits for the first mail to an address. */
export const mailTo = (mailUrl: string, address: string): Promise<Mail> =>
  waitFor(`a mail to ${address}`, async () => (await mailsTo(mailUrl, address))[0]);
