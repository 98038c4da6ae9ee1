import { TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;

/** @param secret in base32 @param label what the app shows beside the name of this system */
export const toTotp = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'mp3converter', label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });

/** Whether a text has the form of the codes of an app. Recovery codes are longer. */
export const isDeviceCode = (code: string): boolean => /^\d{6}$/.test(code.replace(/\s/g, ''));

/** Returns the step whose code this is. The one before and the one after count, too, because clocks differ (RFC 6238, 5.2). */
export function stepOf(totp: TOTP, code: string, now: number): number | undefined {
  if (!isDeviceCode(code)) return undefined;
  const token = code.replace(/\s/g, '');
  const delta = totp.validate({ token, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}
