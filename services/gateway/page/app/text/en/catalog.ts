import { convert } from './convert.ts';
import { errors } from './errors.ts';
import { jobs } from './jobs.ts';
import { session } from './session.ts';
import { shell } from './shell.ts';

/** The texts that the page needs at once, in English. The keys of all languages are these. */
export const en = { ...shell, ...session, ...convert, ...jobs, ...errors } as const;
