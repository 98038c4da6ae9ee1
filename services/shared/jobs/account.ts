import type { JobBase } from './job.ts';

/** The account of all guests together. No user id is this text, because user ids are UUIDs. */
const GUESTS = 'guests';

/**
 * Returns the account that a job is charged to: that of its owner, or the one account of all guests. Anybody may begin as another
 * guest at any time, so an account of each guest would be a way to the front of the queue. A job that was begun by a guest has no
 * address.
 */
export const accountOf = ({ owner, email }: Pick<JobBase, 'owner' | 'email'>): string =>
  email === '' ? GUESTS : owner;
