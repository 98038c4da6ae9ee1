import * as z from 'zod';
import type { Transport } from '../http/transport.ts';

const providerList = z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) });

/** A service at which people sign in. */
export interface Provider {
  id: string;
  name: string;
}

const IDLE_TIMEOUT_MS = 5_000;

/** Resolves with the services at which people can sign in, in the order of the operator. */
export async function listProviders(transport: Transport, signal: AbortSignal): Promise<Provider[]> {
  const request = { method: 'GET', path: '/session/oidc', idleTimeoutMs: IDLE_TIMEOUT_MS, signal } as const;
  return (await (await transport.send(request)).json(providerList)).providers;
}
