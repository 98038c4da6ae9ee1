import { AppError } from '../../shared/runtime/errors.ts';
import { isCommonPassword } from './common-passwords.ts';
import { emailKey, requireEmailAddress } from './email-address.ts';

/**
 * The rules of NIST SP 800-63B and OWASP ASVS 5.0 (6.2): a length, no composition, any characters, and none of the passwords that are
 * tried first. Lengths count code points of the form that is hashed.
 */
const MIN_CHARACTERS = 8;
const ADVISED_CHARACTERS = 15;
const MAX_CHARACTERS = 128;
/** A name that everybody who attacks this service would try, also with digits around it. */
const OUR_NAME = /^[^a-z]*mp3[^a-z]*converter[^a-z]*$/;

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
  const characters = [...password.normalize('NFC')];
  if (characters.length < MIN_CHARACTERS)
    return `a password needs at least ${MIN_CHARACTERS} characters, and ${ADVISED_CHARACTERS} are better: a few words, for example`;
  if (characters.length > MAX_CHARACTERS) return `a password has at most ${MAX_CHARACTERS} characters`;
  // HTTP Basic cannot carry control characters (RFC 7617, section 2), so such a user could never log in.
  if (/\p{Cc}/u.test(password) || !password.isWellFormed()) return 'a password has no control characters';
  if (new Set(characters).size === 1) return 'a password is not one character over and over';
  const folded = password.toLowerCase();
  if (folded === emailKey(email)) return 'a password is not the e-mail address';
  if (OUR_NAME.test(folded)) return 'a password is not the name of this service';
  if (isCommonPassword(password)) return 'this password is among the first that anybody would try';
  return undefined;
}
