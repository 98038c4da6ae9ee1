import type { ProvedUser, User } from '../accounts/users.ts';
import { invalidToken, notVerified } from '../credentials.ts';
import { endedMeanwhile } from '../revocations/session-epoch.ts';
import type { Tokens } from '../tokens/tokens.ts';
import type { Sessions } from './refresh-sessions.ts';
import { sessionOf } from './refresh-token-format.ts';

/** The response to a login and to a refresh, as in OAuth 2.0 (RFC 6749, section 5.1). */
export interface Grant {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  refresh_token: string;
}

export interface Grants {
  /**
   * Starts a session. Throws `sign_in_failed` where all sessions of the user were ended since its credentials were read, such as by a
   * reset of the password, and `email_not_verified`. @param userAgent of the client: untrusted text
   */
  issue(user: ProvedUser, userAgent?: string): Promise<Grant>;
  /**
   * Exchanges a refresh token. Within 30 s, the same refresh token gets the same next one again, with another access token.
   * Throws `invalid_token`, also where the address of the account has to be confirmed first. When the token was used before those 30 s, its whole family is revoked.
   */
  refresh(refreshToken: string): Promise<Grant>;
  revoke(refreshToken: string): Promise<void>;
}

interface GrantPorts {
  sessions: Sessions;
  tokens: Tokens;
  /** Whether an account whose address nobody has confirmed gets no token, however it was proved who somebody is. Default: false. */
  requireVerifiedEmail?: boolean;
}

export function createGrants({ sessions, tokens, requireVerifiedEmail = false }: GrantPorts): Grants {
  const isClosed = (user: User) => requireVerifiedEmail && user.isUnconfirmed === true;

  const grant = async (user: User, refreshToken: string): Promise<Grant> => ({
    access_token: await tokens.sign(user, sessionOf(refreshToken)),
    token_type: 'Bearer',
    expires_in: tokens.seconds,
    refresh_token: refreshToken,
  });

  return {
    async issue(user, userAgent) {
      if (isClosed(user)) throw notVerified();
      const { id, email, sessionEpoch } = user;
      const token = await sessions.start(id, { isGuest: email === null, sessionEpoch, userAgent });
      if (token === undefined) throw endedMeanwhile();
      return grant(user, token);
    },
    async refresh(refreshToken) {
      const rotated = await sessions.rotate(refreshToken);
      if (!rotated || isClosed(rotated.user)) throw invalidToken();
      return grant(rotated.user, rotated.token);
    },
    revoke: (refreshToken) => sessions.end(refreshToken),
  };
}
