import * as z from 'zod';
import type { Transport } from '../http/transport.ts';
import { credentialOptions } from './passkeys.ts';
import { jsonRequest } from './send-json.ts';

const passkeyChallenge = z.object({ options: credentialOptions, challenge: z.string() });

/** Begins signing in with a passkey. Resolves with the options of WebAuthn, and with what continues the login. */
export async function askForPasskey(transport: Transport, signal: AbortSignal) {
  const reply = await transport.send(jsonRequest('POST', '/session/passkey/options', signal, {}));
  return reply.json(passkeyChallenge);
}
