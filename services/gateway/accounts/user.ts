import { type AccountGroup, isGroup } from '../limits/group-limits.ts';
import type { Account } from './session-view.ts';

/** Whoever sends a request. */
export interface User {
  id: string;
  /** Null for a guest. */
  email: string | null;
  group: AccountGroup;
}

/**
 * Reads the claims of an access token of auth. Returns undefined where one is missing, or where they contradict each other. A token
 * without a group, or with one that this release does not know, is that of a user.
 */
export function readUser({ sub, email, guest, group }: Record<string, unknown>): User | undefined {
  if (typeof sub !== 'string') return undefined;
  if (guest === true) return email === undefined ? { id: sub, email: null, group: 'guest' } : undefined;
  if (typeof email !== 'string' || guest !== undefined || group === 'guest') return undefined;
  return { id: sub, email, group: isGroup(group) ? group : 'user' };
}

/** What the owner of the account sees of it. */
export const accountOf = ({ id, email, group }: User): Account => ({ id, email, guest: group === 'guest' });
