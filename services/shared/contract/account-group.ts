/** What an account may do depends on its group. A guest has no address; the operator of the system puts accounts into the last two. */
export const ACCOUNT_GROUPS = ['guest', 'user', 'friend', 'operator'] as const;
export type AccountGroup = (typeof ACCOUNT_GROUPS)[number];

/** The groups of accounts with an address. */
export const REGISTERED_GROUPS = ['user', 'friend', 'operator'] as const satisfies AccountGroup[];
export type RegisteredGroup = (typeof REGISTERED_GROUPS)[number];
