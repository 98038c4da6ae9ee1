import type { AccountGroup } from './group-limits.ts';

/** Whose places work takes. */
export interface Owner {
  /** User id. */
  id: string;
  group: AccountGroup;
}

/** The owner of a job, where nobody is signed in who would say so. A job that was begun by a guest has no address. */
export const ownerOf = ({ owner, email }: { owner: string; email: string }): Owner => ({
  id: owner,
  group: email === '' ? 'guest' : 'user',
});
