import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A refresh token is `<session id>.<secret>`, both unguessable. */
const TOKEN = /^([\w-]{22})\.[\w-]{43}$/;

export const newSessionId = (): string => randomBytes(16).toString('base64url');
export const newSeed = (): string => randomBytes(32).toString('base64url');
export const firstToken = (session: string): string => `${session}.${randomBytes(32).toString('base64url')}`;

/** Undefined for what is no refresh token. */
export const sessionOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];

/**
 * The token that follows this one: whoever has the token and the seed can compute it again, and nobody who has only one
 * of them. So it can be given again without being stored.
 */
export const nextToken = (token: string, seed: string): string =>
  `${sessionOf(token)}.${createHmac('sha256', seed).update(token).digest('base64url')}`;

/** What is stored of a token. */
export const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
