import { TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;

/** @param secret in base32 @param label what the app shows beside the name of this system */
export const toTotp = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'mp3converter', label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });

const withoutSpaces = (code: string): string => code.replace(/\s/g, '');

/** Whether this could be a code of an authenticator app. A recovery code is longer. */
export const looksLikeTotp = (code: string): boolean => /^\d{6}$/.test(withoutSpaces(code));

/** Returns the step whose code this is. The one before and the one after count, too, because clocks differ (RFC 6238, 5.2). */
export function stepOf(totp: TOTP, code: string, now: number): number | undefined {
  if (!looksLikeTotp(code)) return undefined;
  const delta = totp.validate({ token: withoutSpaces(code), timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}
