import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A refresh token is `<session id>.<secret>`. Neither can be guessed. */
const TOKEN = /^([\w-]{22})\.[\w-]{43}$/;

/** 128 random bits, in base64url. */
export const newSessionId = (): string => randomBytes(16).toString('base64url');
/** 256 random bits, in base64url. */
export const newSeed = (): string => randomBytes(32).toString('base64url');
/** Returns the token with which a session begins. Its secret has 256 random bits. */
export const firstToken = (session: string): string => `${session}.${randomBytes(32).toString('base64url')}`;

/** Returns the session id, or undefined for text that is not a refresh token. */
export const sessionOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];

/**
 * Returns the token that follows this one. It can be computed again only from both the token and the seed, so it can be
 * issued a second time without being stored.
 */
export const nextToken = (token: string, seed: string): string =>
  `${sessionOf(token)}.${createHmac('sha256', seed).update(token).digest('base64url')}`;

/** Returns the hash of a token that is stored in its place. */
export const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
