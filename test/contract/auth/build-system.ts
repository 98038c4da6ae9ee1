import type { TestContext } from 'node:test';
import type { InvokeRequest } from '../../../services/shared/dapr/invoke.ts';
import { cookieClient } from '../../support/cookie-client.ts';
import { buildGateway } from '../../unit/gateway/test-gateway.ts';
import { buildAuth } from './test-auth.ts';

export const ORIGIN = 'http://gateway.test';

/** A guest's jobs are kept for a shorter time than those of a user. */
const GUEST_LIMITS = { maxUploadBytes: 1_000_000, retentionSeconds: 60 };

/** Gateway and auth in this process, without sidecars between them. */
export async function buildSystem(t: TestContext, options: Parameters<typeof buildAuth>[1] = {}) {
  const auth = await buildAuth(t, options);
  const jwks = await auth.call('GET', '/.well-known/jwks.json');
  const gateway = buildGateway({
    publicUrl: ORIGIN,
    ...{ guests: true, guestLimits: GUEST_LIMITS },
    async auth({ method, path, headers = {}, body }: InvokeRequest) {
      const sent = { headers, ...(body !== undefined && { body: String(body) }) };
      const reply = await auth.call(method, path, sent);
      return { status: reply.status, headers: reply.headers, body: reply.text };
    },
    keys: () => ({ status: 200, headers: {}, body: jwks.text }),
    issuer: { issuer: 'us', audience: 'us' },
  });
  const mails = async () =>
    (await auth.database.rows<{ mail: string }>('SELECT mail FROM mail_outbox ORDER BY created_at')).map(
      ({ mail }) => JSON.parse(mail),
    );
  return { auth, gateway, mails, browser: () => cookieClient(gateway.call, ORIGIN) };
}
