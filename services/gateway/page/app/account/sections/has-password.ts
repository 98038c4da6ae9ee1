import { signal } from '@preact/signals';

/** Whether the account has a password. Undefined until that is known. */
export const hasPassword = signal<boolean | undefined>(undefined);
