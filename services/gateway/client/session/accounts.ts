import { tokenGrant } from '../../accounts/token-grant.ts';
import { base64 } from '../http/base64.ts';
import { jsonContent } from '../http/json-content.ts';
import type { Transport } from '../http/transport.ts';
import type { Tokens } from './tokens.ts';

export interface Credentials {
  email: string;
  password: string;
}

/** What follows a registration: the account can be used, or its address has to be confirmed first by the link of a mail. */
export type Registration = 'ready' | 'verification_sent';

/** Creates an account. Idempotent: the same address and password give the same account. @throws ProblemError `email_taken` */
export async function register(
  transport: Transport,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Registration> {
  const reply = await transport.send({
    method: 'POST',
    path: '/register',
    ...jsonContent(credentials),
    signal,
  });
  await reply.discard();
  return reply.status === 202 ? 'verification_sent' : 'ready';
}

/** @throws ProblemError `invalid_credentials`; `second_factor_required` with the challenge that a code answers */
export async function requestTokens(
  transport: Transport,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Tokens> {
  const reply = await transport.send({
    method: 'POST',
    path: '/login',
    headers: { authorization: basicAuthorization(credentials) },
    signal,
  });
  return reply.json(tokenGrant);
}

/**
 * Completes a login by a code of an authenticator app, or by a recovery code.
 * @throws ProblemError `wrong_code`; `sign_in_failed` where the challenge has ended, by its age or by wrong codes
 */
export async function requestTokensByCode(
  transport: Transport,
  answer: { challenge: string; code: string },
  signal: AbortSignal,
): Promise<Tokens> {
  const path = '/login/second-factor';
  const reply = await transport.send({ method: 'POST', path, ...jsonContent(answer), signal });
  return reply.json(tokenGrant);
}

/** Value of `Authorization` for a login, in UTF-8 (RFC 7617, 2.1). */
export const basicAuthorization = ({ email, password }: Credentials): string =>
  `Basic ${base64(`${email}:${password}`)}`;
