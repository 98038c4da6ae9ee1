import { z } from 'zod';
import { AppError } from '../shared/runtime/errors.ts';

/**
 * An address that mail can be sent to. `z.email()` is used because the event that causes a mail is checked with it, and a
 * wider rule here would create accounts that never get one. It accepts ASCII dot-atoms (RFC 5322) with a dotted domain, and
 * nothing that a mail gateway could take for a separator: the SMTP binding splits recipients at `;`. The other rules are
 * limits of RFC 5321 and 1035.
 */
const emailAddress = z
  .email()
  .max(254)
  .refine((address) => !address.includes("'"))
  .refine((address) => address.indexOf('@') <= 64)
  .refine((address) => domainLabels(address).every((label) => label.length <= 63 && !label.endsWith('-')));

const domainLabels = (address: string): string[] => address.slice(address.indexOf('@') + 1).split('.');

export const isEmailAddress = (text: string): boolean => emailAddress.safeParse(text).success;

/** Throws `invalid_email`. */
export function checkEmailAddress(text: string): void {
  if (!isEmailAddress(text)) {
    throw new AppError('invalid_email', 'this is not an e-mail address that mail can be sent to');
  }
}

/** Returns the form of an address that is unique among users. Mailboxes that differ only in case do not occur in practice. */
export const emailKey = (address: string): string => address.toLowerCase();
