import { z } from 'zod';

/**
 * Mailboxes that every mail server on the way can carry: an ASCII dot-atom (RFC 5322 3.2.3) with a dotted domain in ASCII,
 * which for an internationalized domain is its A-labels (RFC 5890), such as `xn--mnchen-3ya.de`. Of the characters of an atom,
 * those are left out that servers and shells have treated specially: routes (`%`, `!`), files and pipes (`/`, `|`), quotes.
 * The SMTP binding splits recipients at `;`. The lengths are those of RFC 5321 4.5.3.1 and RFC 1035 2.3.4.
 */
const PATTERN =
  /^(?=.{1,254}$)(?=[^@]{1,64}@)[\w'+&=~#-]+(?:\.[\w'+&=~#-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,58}[A-Za-z0-9])$/;

/** The address of a user, as accounts have it and events carry it. */
export const emailAddress = z.email({ pattern: PATTERN });
