import type { TestContext } from 'node:test';
import type { ProviderSettings } from '../../../services/auth/oidc/settings.ts';
import { buildWithProvider, startTestProvider } from './provider-system.ts';
import { visitingGuest } from './visiting-guest.ts';

/** A system with a provider, at which guests and strangers sign in. */
export async function buildGuests(
  t: TestContext,
  given: Partial<ProviderSettings> = {},
  options: { requireVerifiedEmail?: boolean } = {},
) {
  const provider = await startTestProvider(t);
  const system = await buildWithProvider(t, provider, given, options);
  const users = () =>
    system.auth.database.rows<{ id: string; email: string | null }>(
      'SELECT id, email FROM users ORDER BY email IS NULL, email',
    );
  /** Somebody has an account by this provider already. */
  async function signedUp(subject = 'ann') {
    provider.next.subject = subject;
    const owner = system.browser();
    await owner.back(await provider.visit(await owner.begin()));
    return String((await owner.account()).id);
  }
  return { ...provider, ...system, guest: () => visitingGuest(system.browser()), users, signedUp };
}
