import type { TestContext } from 'node:test';
import type { ProviderSettings } from '../../../services/auth/oidc/settings.ts';
import type { Client } from '../../support/in-process.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { startProvider } from './test-provider.ts';

/** The address that the provider has verified for the person who comes to it. */
export const EMAIL = 'ann@example.com';

/** A provider that sends browsers back to the gateway of {@link buildWithProvider}. */
export async function startTestProvider(t: TestContext) {
  const provider = await startProvider(t, `${ORIGIN}/session/oidc/test/callback`);
  provider.people.set('ann', { email: EMAIL, email_verified: true });
  return provider;
}

/** Gateway and auth with a real provider, `test`, and with one that does not answer, `other`. */
export async function buildWithProvider(
  t: TestContext,
  { issuer }: { issuer: string },
  given: Partial<ProviderSettings> = {},
  options: Parameters<typeof buildSystem>[1] = {},
) {
  const settings: ProviderSettings = {
    ...{ id: 'test', name: 'Test & Co', issuer, client_id: 'mp3' },
    ...{ client_secret: 'a secret of the client', scopes: ['openid', 'email', 'profile'] },
    ...{ groups_claim: 'groups', join_verified_email: false, trust_email: false },
    ...given,
  };
  const other = { ...settings, id: 'other', issuer: 'http://127.0.0.1:9' };
  const signIn = { publicUrl: ORIGIN, providers: [settings, other] };
  const system = await buildSystem(t, { ...options, signIn });
  return { ...system, browser: () => createBrowser(system.browser()) };
}

export type Browser = ReturnType<typeof createBrowser>;

/** A browser with cookies, which goes to the provider and back. */
function createBrowser(call: Client) {
  const get = (path: string, accept = 'text/html,*/*;q=0.8') => call('GET', path, { headers: { accept } });
  return {
    call,
    get,
    /** Begins, and returns where the browser is sent. */
    begin: async () => String((await get('/session/oidc/test')).headers.location),
    back: (address: string, accept?: string) => get(address.slice(ORIGIN.length), accept),
    account: async () => (await call('GET', '/session')).json.account,
  };
}
