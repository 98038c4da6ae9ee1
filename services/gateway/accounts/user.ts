import { type AccountGroup, REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import type { Account } from './session-view.ts';

/** Whoever sends a request. */
export interface User {
  id: string;
  /** Null for a guest. */
  email: string | null;
  group: AccountGroup;
}

/** The id of a user becomes a part of keys of the store. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Reads the claims of an access token of auth. Returns undefined where one is missing, or where they contradict each other. */
export function readUser({ sub, email, guest, group = 'user' }: Record<string, unknown>): User | undefined {
  if (typeof sub !== 'string' || !UUID.test(sub)) return undefined;
  if (guest === true)
    return email === undefined && group === 'user' ? { id: sub, email: null, group: 'guest' } : undefined;
  const known = REGISTERED_GROUPS.find((name) => name === group);
  return typeof email === 'string' && guest === undefined && known
    ? { id: sub, email, group: known }
    : undefined;
}

/** What the owner of the account sees of it. */
export const accountOf = ({ id, email, group }: User): Account => ({ id, email, guest: group === 'guest' });
