import { z } from 'zod';
import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

const provider = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be letters, digits and hyphens'),
  name: z.string().min(1).max(50),
  issuer: z.url({ protocol: /^https?$/ }).refine((issuer) => {
    const { protocol, hostname, search, hash } = new URL(issuer);
    return (protocol === 'https:' || LOOPBACK.includes(hostname)) && search === '' && hash === '';
  }, 'must be https, or on this machine, and have no query'),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(1000).optional(),
  /** Name of the environment variable that has the client secret. */
  client_secret_variable: z.string().min(1).max(200).optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .refine((scopes) => scopes.includes('openid'), 'must include openid')
    .default(['openid', 'email', 'profile']),
  /** The claim that lists the groups of whoever signs in. */
  groups_claim: z.string().min(1).max(200).default('groups'),
  /** What our group is for one of the provider. Without it, the provider decides about no group. */
  groups: z.record(z.string(), z.enum(REGISTERED_GROUPS)).optional(),
  /** Whether a login may join an account with the same address, where both sides have verified it. */
  join_verified_email: z.boolean().default(false),
  /** Whether every address of this provider counts as verified, for one that does not send `email_verified`. */
  trust_email: z.boolean().default(false),
});

const providers = z
  .array(provider)
  .max(10)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'have the same id twice');

export type ProviderSettings = z.output<typeof provider>;

/** The settings of this room, in the environment of the service. */
export const oidcSettings = {
  /** The providers by which people sign in, as a JSON list. See docs/sign-in.md. */
  OIDC_PROVIDERS: z
    .string()
    .refine((text) => parseJson(text) !== undefined, 'must be a list in JSON')
    .transform(parseJson)
    .pipe(providers)
    .optional(),
};

/** Reads the client secrets that are in variables of their own. Throws where one of them is not set. */
export function resolveSecrets(
  settings: readonly ProviderSettings[],
  environment: Record<string, string | undefined>,
): ProviderSettings[] {
  return settings.map((each) => {
    const name = each.client_secret_variable;
    if (name === undefined) return each;
    const secret = environment[name];
    if (!secret) throw new Error(`OIDC_PROVIDERS names the variable ${name}, which is not set`);
    return { ...each, client_secret: secret };
  });
}
