import type { Dispatcher } from 'undici';
import { unavailable } from '../runtime/errors.ts';
import { failureIn, isOutcomeUnknown } from './mail-failure.ts';
import { PATHS } from './names.ts';

/** Codes of errors before a connection was made. Nothing was sent then. */
const NOT_CONNECTED = ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'];

/** Fields of a mail as its binding names them, such as `emailTo`. Those that are undefined are left out. */
export type MailMetadata = Readonly<Record<string, string | undefined>>;

/** A call has failed that may have been carried out all the same, or may still be. */
export class UnknownOutcome extends Error {}

export interface BindingPorts {
  http: Dispatcher;
  /** Such as `http://127.0.0.1:3500`. */
  origin: string;
  headers: Record<string, string>;
}

/** See `Sidecar.sendMail`. */
export async function sendMail(ports: BindingPorts, html: string, metadata: MailMetadata): Promise<void> {
  const failure = await postMail(ports, JSON.stringify({ operation: 'create', data: html, metadata }));
  if (failure === undefined) return;
  const message = `the sidecar answered: ${failure.slice(0, 500)}`;
  if (isOutcomeUnknown(failure)) throw new UnknownOutcome(message);
  throw unavailable('the mail server', new Error(message));
}

/** Returns the message of a failure, and undefined where the mail was accepted. */
async function postMail({ http, origin, headers }: BindingPorts, body: string): Promise<string | undefined> {
  try {
    const reply = await http.request({
      method: 'POST',
      origin,
      path: PATHS.mail,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    const text = await reply.body.text();
    return reply.statusCode >= 300 ? failureIn(text) : undefined;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (NOT_CONNECTED.includes(code)) throw unavailable('the sidecar', cause);
    throw new UnknownOutcome('the connection to the sidecar was lost during a send', { cause });
  }
}
