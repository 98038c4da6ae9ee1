import { createContext } from 'preact';

/** Whether the account has a password. Undefined until that is known. */
export const HasPassword = createContext<boolean | undefined>(undefined);
