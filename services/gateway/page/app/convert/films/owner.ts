import { account } from '../../session/state.ts';

/** Id of the account that is signed in. */
export const ownerOfNow = (): string | undefined =>
  account.value === 'unknown' ? undefined : account.value?.id;
