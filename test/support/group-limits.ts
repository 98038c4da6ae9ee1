import type { AccountLimits, GroupLimits } from '../../services/gateway/limits/group-limits.ts';

/** The same limits for every account, for tests that are not about groups. */
export const sameLimits = (limits: AccountLimits): GroupLimits => ({
  ...{ guest: limits, user: limits },
  ...{ friend: limits, operator: limits },
});
