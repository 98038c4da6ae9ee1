import { invalidCredentials } from './credentials.ts';
import { checkEmailAddress, isEmailAddress } from './email-address.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { User, Users } from './users.ts';

export interface Accounts {
  /** @throws AppError `invalid_email`, `weak_password`, `email_taken` */
  register(email: string, password: string): Promise<User>;
  /** @throws AppError `invalid_credentials`, for an unknown user after the same work as for a wrong password */
  authenticate(email: string, password: string): Promise<User>;
}

export function createAccounts({ users, passwords }: { users: Users; passwords: Passwords }): Accounts {
  return {
    async register(email, password) {
      checkEmailAddress(email);
      checkPassword(password, email);
      return users.add(email, await passwords.hash(password));
    },

    async authenticate(email, password) {
      const user = isEmailAddress(email) ? await users.find(email) : undefined;
      const right = await passwords.verify(password, user?.passwordHash);
      if (!user || !right) throw invalidCredentials();
      const { id, passwordHash } = user;
      if (passwords.isOutdated(passwordHash)) {
        await users.replaceHash(id, passwordHash, await passwords.hash(password));
      }
      return { id, email: user.email };
    },
  };
}
