import { domainToASCII } from 'node:url';
import { emailAddress } from '../../shared/contract/email-address.ts';
import { AppError } from '../../shared/runtime/errors.ts';

/**
 * Returns the address to which mail can be sent, or undefined where the text is none. The event that causes a mail is checked by
 * the same rule, so no account is created that never gets a mail. A domain beyond ASCII becomes its A-labels, the form in which
 * every mail server knows it: `ann@münchen.de` and `ann@xn--mnchen-3ya.de` are one account.
 */
export function parseEmailAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@') + 1;
  const address = text.slice(0, at) + asciiDomain(text.slice(at));
  return emailAddress.safeParse(address).success ? address : undefined;
}

/**
 * A domain with a letter beyond ASCII, and without the characters of ASCII that no domain has: domainToASCII reads URLs, so it
 * decodes `%62`, and drops what follows `/`, `?` or `#`. (With the flag `i`, an `s` and a `k` would be beyond ASCII, because
 * U+017F and U+212A are their other cases.)
 */
const INTERNATIONAL = /^(?=.*[\u0080-\u{10ffff}])[A-Za-z0-9.\u0080-\u{10ffff}-]+$/u;

const asciiDomain = (domain: string): string => (INTERNATIONAL.test(domain) ? domainToASCII(domain) : domain);

/** Returns the address to which mail can be sent. Throws `invalid_email`. */
export function requireEmailAddress(text: string): string {
  const address = parseEmailAddress(text);
  if (address !== undefined) return address;
  // RFC 6531: only servers with SMTPUTF8 carry such a name, and the SMTP binding of Dapr does not write it correctly.
  const isInternational = /[^\0-\x7f][^@]*@/.test(text);
  throw new AppError(
    'invalid_email',
    isInternational
      ? 'the part of an e-mail address before the @ may have letters of ASCII only, because not every mail server can deliver to others'
      : 'this is not an e-mail address that mail can be sent to',
  );
}

/** Returns the form of an address that is unique among users. Mailboxes that differ only in case do not occur in practice. */
export const emailKey = (address: string): string => address.toLowerCase();

/** Returns the key of the account that a text means, and of a text that is no address, the text itself. All spellings are one. */
export const accountKey = (text: string): string => emailKey(parseEmailAddress(text) ?? text);
