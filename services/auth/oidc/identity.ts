import * as client from 'openid-client';
import { z } from 'zod';
import type { RegisteredGroup } from '../../shared/contract/account-group.ts';
import { parseEmailAddress } from '../accounts/email-address.ts';
import type { ProviderSettings } from './settings.ts';

/** Whoever a provider says that somebody is. Issuer and subject name a person for ever. An address may go to another person. */
export interface Identity {
  issuer: string;
  subject: string;
  email: string | undefined;
  emailVerified: boolean;
  /** What the groups of the claim are for us. Undefined where the provider decides about no group. */
  group: RegisteredGroup | undefined;
}

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

const claims = z.looseObject({
  iss: z.string().max(1000),
  /** At most 255 characters of ASCII (OpenID Connect Core, 2). */
  sub: z.string().regex(/^[\x20-\x7e]{1,255}$/),
  email: z.string().max(320).optional().catch(undefined),
  // Some providers send it as text.
  email_verified: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
    .default(false)
    .catch(false),
});

/**
 * Reads the ID token, and what the provider tells beside it: Authelia, for one, sends addresses and groups to those alone who ask
 * its userinfo endpoint. Throws errors of openid-client.
 */
export async function readIdentity(
  configuration: client.Configuration,
  tokens: Tokens,
  settings: ProviderSettings,
): Promise<Identity> {
  const idToken = tokens.claims() ?? {};
  const { sub } = claims.parse(idToken);
  const more = configuration.serverMetadata().userinfo_endpoint
    ? await client.fetchUserInfo(configuration, tokens.access_token, sub)
    : {};
  const all = { ...more, ...idToken };
  const { iss } = claims.parse(idToken);
  // An address and whether it is verified come from one place: one that the ID token names says nothing of another one.
  const { email, email_verified } = claims.parse({
    ...idToken,
    ...addressOf('email' in idToken ? idToken : more),
  });
  const address = email === undefined ? undefined : parseEmailAddress(email);
  return {
    ...{ issuer: iss, subject: sub, email: address },
    emailVerified: address !== undefined && (settings.trust_email || email_verified),
    group: groupOf(all, settings),
  };
}

const addressOf = ({ email, email_verified }: { email?: unknown; email_verified?: unknown }) => ({
  email,
  email_verified,
});

const RANKS: readonly RegisteredGroup[] = ['user', 'friend', 'operator'];

/** The highest of the groups that the claim maps to. Whoever is in none of them is a user. */
function groupOf(
  all: Record<string, unknown>,
  { groups, groups_claim }: Pick<ProviderSettings, 'groups' | 'groups_claim'>,
): RegisteredGroup | undefined {
  if (!groups) return undefined;
  const named = all[groups_claim];
  const list = (Array.isArray(named) ? named : [named]).slice(0, 1000);
  const ranks = list.map((name) =>
    typeof name === 'string' && Object.hasOwn(groups, name) ? RANKS.indexOf(groups[name] ?? 'user') : 0,
  );
  return RANKS[Math.max(0, ...ranks)];
}
