import { z } from 'zod';

/** The response to a login and to a refresh. */
export const tokens = z.object({
  access_token: z.string(),
  /** Seconds. */
  expires_in: z.number(),
  /** Valid for one refresh, which returns the next one. */
  refresh_token: z.string(),
});
export type Tokens = z.infer<typeof tokens>;

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
