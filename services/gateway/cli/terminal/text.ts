import { replaceInvisible } from '../../../shared/runtime/visible-text.ts';

/** Replaces control and format characters of an untrusted text, such as a file name, before it reaches a terminal. */
export const printable = (text: string): string => replaceInvisible(text, '�');

/** Quotes a word for a POSIX shell, where that is necessary. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
