import { account } from './account.ts';
import { convert } from './convert.ts';
import { errors } from './errors.ts';
import { jobs } from './jobs.ts';
import { result } from './result.ts';
import { session } from './session.ts';
import { shell } from './shell.ts';

/** The texts in English. The keys of all languages are these. */
export const en = { ...shell, ...session, ...convert, ...jobs, ...result, ...account, ...errors } as const;
