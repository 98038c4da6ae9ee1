import { identities } from './api.ts';

/**
 * Sends a guest to another service, to sign in there.
 * @param mayLeave whether the guest was told that the MP3s stay behind where there is an account already
 */
export async function signInAsGuest(provider: string, mayLeave: boolean): Promise<void> {
  location.assign(await identities.beginAsGuest(provider, mayLeave));
}
