import { z } from 'zod';
import { AppError } from '../shared/runtime/errors.ts';

/**
 * `z.email()` because the event that asks for a mail is checked with it: a wider rule here would make accounts
 * that never get one. It is ASCII dot-atoms (RFC 5322) with a dotted domain, without all that a mail gateway
 * could take for a separator: the SMTP binding splits recipients at `;`. The rest are the limits of RFC 5321 and 1035.
 */
const emailAddress = z
  .email()
  .max(254)
  .refine((address) => !address.includes("'"))
  .refine((address) => address.indexOf('@') <= 64)
  .refine((address) => domainLabels(address).every((label) => label.length <= 63 && !label.endsWith('-')));

const domainLabels = (address: string): string[] => address.slice(address.indexOf('@') + 1).split('.');

export const isEmailAddress = (text: string): boolean => emailAddress.safeParse(text).success;

/** @throws AppError `invalid_email` */
export function checkEmailAddress(text: string): void {
  if (!isEmailAddress(text)) {
    throw new AppError('invalid_email', 'this is not an e-mail address that mail can be sent to');
  }
}

/** What is unique among users: nobody runs mailboxes that differ only in case. */
export const emailKey = (address: string): string => address.toLowerCase();
