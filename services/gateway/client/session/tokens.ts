import type { z } from 'zod';
import type { tokenGrant } from '../../accounts/token-grant.ts';

/** What a session keeps of the response to a login or a refresh. */
export type Tokens = Omit<z.infer<typeof tokenGrant>, 'token_type'>;

export interface StoredTokens extends Tokens {
  /** Milliseconds since the epoch, by the clock of the session. */
  expires_at: number;
}

/** Where a session keeps its tokens. A page may keep them across a reload; the command line keeps them in memory. */
export interface TokenStore {
  get(): StoredTokens | undefined;
  set(tokens: StoredTokens | undefined): void;
}

export function createMemoryTokens(): TokenStore {
  let current: StoredTokens | undefined;
  return {
    get: () => current,
    set: (tokens) => {
      current = tokens;
    },
  };
}
