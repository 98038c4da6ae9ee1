import { replaceInvisible } from '../../../shared/runtime/visible-text.ts';

/** Replaces control and format characters of an untrusted text, such as a file name, before it reaches a terminal. */
export const printable = (text: string): string => replaceInvisible(text, '�');

/** Quotes a word for a POSIX shell, where that is necessary. The result has no characters that would control the terminal. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=-]+$/.test(text)) return text;
  if (text === printable(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  // Octal numbers have three digits, so that a digit may follow them.
  const spelt = [...text].map((character) => {
    if (character !== printable(character)) return octalOf(character);
    return /['\\]/.test(character) ? `\\${character}` : character;
  });
  return `$'${spelt.join('')}'`;
}

const octalOf = (character: string): string =>
  [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
