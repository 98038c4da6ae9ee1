import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The 10,000 commonest passwords of leaked lists that are long enough for our rules, one a line, in lower case. They come from
 * `@zxcvbn-ts/language-common` 4.1.3; its licence (MIT) is beside the file. The shorter ones are refused for their length.
 */
const FILE = path.join(import.meta.dirname, 'common-passwords.txt');

const common = new Set(readFileSync(FILE, 'utf8').trimEnd().split('\n'));

/** Whether the password is among the first that anybody would try, in upper or lower case. */
export const isCommonPassword = (password: string): boolean => common.has(password.toLowerCase());
