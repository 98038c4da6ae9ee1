import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { constantTimeEqual } from '../runtime/constant-time-equal.ts';

/** The secrets of the system, newest first: the first one signs, and each of them is accepted. */
export type EventSecrets = readonly [string, ...string[]];

/**
 * The form of EVENT_SECRET in the environment: one secret of at least 32 characters, or two with a comma between them while
 * one replaces the other.
 */
export const eventSecrets = z
  .string()
  .transform((text) => text.split(','))
  .refine((secrets) => secrets.length <= 2 && secrets.every((secret) => secret.length >= 32), {
    error: 'must be a secret of at least 32 characters, or two with a comma between them',
  })
  .transform((secrets) => secrets as unknown as EventSecrets);

/**
 * The form of CALLER_CHECK in the environment: whether a call by service invocation needs the token of a caller. Where sidecars
 * know each other by certificates (mTLS), access policies do the same.
 */
export const callerCheck = z.enum(['required', 'off']).default('required');

/**
 * The HMAC-SHA-256 of the lines, joined by line feeds, as base64url without padding. The first line says what is signed, so
 * that a signature of one kind is not valid as one of another kind.
 */
const hmac = (secret: string, lines: readonly string[]): string =>
  createHmac('sha256', secret).update(lines.join('\n')).digest('base64url');

/** Signs with the first secret. No line but the last one may contain a line feed. */
export const sign = ([secret]: EventSecrets, ...lines: string[]): string => hmac(secret, lines);

/** Whether one of the secrets has signed these lines. */
export function isSignedBy(secrets: EventSecrets, signature: string, ...lines: string[]): boolean {
  // Every secret is tried, so that the time does not tell which one it was.
  return secrets.map((secret) => constantTimeEqual(signature, hmac(secret, lines))).includes(true);
}
