import { AppError } from '../../shared/runtime/errors.ts';
import { emailKey, requireEmailAddress } from './email-address.ts';

const MIN_CHARACTERS = 10;
/** With it and the longest address, the Basic header stays far below the 4 KiB of headers that a sidecar reads. */
const MAX_BYTES = 1024;

/**
 * The passwords at the top of every leaked list that are long enough. A check against all leaked passwords belongs in front of
 * this service.
 */
const COMMON = new Set([
  ...['1234567890', '0123456789', '0987654321', '9876543210', '12345678910', '123456789a', '1q2w3e4r5t'],
  ...['qwertyuiop', 'qwerty1234', 'qwerty12345', '1qaz2wsx3edc', 'asdfghjkl;', 'zxcvbnm123', 'abcdefghij'],
  ...['password12', 'password123', 'password1234', 'passw0rd123', 'mypassword', 'letmein123', 'welcome123'],
  ...['iloveyou12', 'iloveyou123', 'administrator', 'changeme123', 'abcd123456', 'abc1234567', 'a123456789'],
]);

/** Returns the address to which mail can be sent. Throws `invalid_email`, and `weak_password` with the reason. */
export function requireNewCredentials(given: string, password: string): string {
  const email = requireEmailAddress(given);
  checkPassword(password, given);
  checkPassword(password, email);
  return email;
}

/** Throws `weak_password`, with the reason. */
export function checkPassword(password: string, email: string): void {
  const fault = findFault(password, email);
  if (fault) throw new AppError('weak_password', fault);
}

function findFault(password: string, email: string): string | undefined {
  const characters = [...password];
  if (characters.length < MIN_CHARACTERS) return `a password needs at least ${MIN_CHARACTERS} characters`;
  if (Buffer.byteLength(password) > MAX_BYTES) return `a password has at most ${MAX_BYTES} bytes`;
  // HTTP Basic cannot carry control characters (RFC 7617, section 2), so such a user could never log in.
  if (/\p{Cc}/u.test(password) || !password.isWellFormed()) return 'a password has no control characters';
  if (new Set(characters).size === 1) return 'a password is not one character over and over';
  const folded = password.toLowerCase();
  if (folded === emailKey(email)) return 'a password is not the e-mail address';
  if (COMMON.has(folded)) return 'this password is among the first that anybody would try';
  return undefined;
}
