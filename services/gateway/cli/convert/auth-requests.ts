import type { Credentials } from './credentials.ts';
import { type Gateway, readJson } from './gateway.ts';
import { type Tokens, tokens } from './session.ts';

/** Idempotent: after a lost answer, the same address and password give the same account. */
export async function register(
  gateway: Gateway,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const reply = await gateway.send({
    method: 'POST',
    path: '/register',
    headers: { 'content-type': 'application/json' },
    body: () => JSON.stringify(credentials),
    signal,
  });
  await reply.body.dump();
}

export async function requestTokens(
  gateway: Gateway,
  { email, password }: Credentials,
  signal: AbortSignal,
): Promise<Tokens> {
  const basic = Buffer.from(`${email}:${password}`).toString('base64');
  const reply = await gateway.send({
    method: 'POST',
    path: '/login',
    headers: { authorization: `Basic ${basic}` },
    signal,
  });
  return readJson(reply, tokens, gateway.url);
}
