import type { LoginLimits } from './login-limits.ts';

interface Issuing<User, Grant> {
  issue(user: User, userAgent?: string): Promise<Grant>;
}

/**
 * Remembers the caller's address as one of the owner's with each sign-in, by whichever way, and only when all of it is done: a thief of
 * the password who fails at the second factor is not at a known address. Everything else of the grants stays as it is.
 */
export function rememberSignIns<
  User extends { email: string | null },
  Grant,
  Grants extends Issuing<User, Grant>,
>(grants: Grants, logins: Pick<LoginLimits, 'remember'>, accountKey: (email: string) => string): Grants {
  return {
    ...grants,
    async issue(user: User, userAgent?: string) {
      const grant = await grants.issue(user, userAgent);
      if (user.email !== null) await logins.remember(accountKey(user.email));
      return grant;
    },
  };
}
