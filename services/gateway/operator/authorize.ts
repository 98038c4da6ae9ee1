import type { Middleware } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { requireSameOrigin } from '../accounts/same-origin.ts';
import { createOperatorSessions, type OperatorSessions } from './session.ts';

export interface OperatorAccess {
  sessions: OperatorSessions;
  isToken(given: string): boolean;
  publicUrl: string;
}

/** @param operatorToken without it, nobody has access, and this returns undefined */
export function createOperatorAccess(
  operatorToken: string | undefined,
  publicUrl: string,
): OperatorAccess | undefined {
  if (operatorToken === undefined) return undefined;
  return {
    sessions: createOperatorSessions({ operatorToken, publicUrl }),
    isToken: (given) => constantTimeEqual(given, operatorToken),
    publicUrl,
  };
}

/** Throws `not_found` where no operator token is configured. */
export function requireAccess(access: OperatorAccess | undefined): OperatorAccess {
  if (access === undefined) throw new AppError('not_found', 'there is nothing here');
  return access;
}

export const wrongToken = (): AppError =>
  new AppError('invalid_token', 'send the OPERATOR_TOKEN of this gateway as `Authorization: Bearer …`', {
    headers: { 'WWW-Authenticate': 'Bearer realm="mp3converter operator", error="invalid_token"' },
  });

/**
 * Lets only an operator pass: who sends the token, or the access token of an account of the group `operator`, or has the session of an
 * operator's page. A request with the session must come from a page of this gateway where it may change something, because a browser
 * adds cookies by itself.
 */
export function onlyOperator(
  access: OperatorAccess | undefined,
  authenticate: Authenticate,
): Middleware<RequestState> {
  return async (context, next) => {
    const authorization = context.get('authorization');
    const given = /^Bearer (.+)$/i.exec(authorization)?.[1];
    if (given !== undefined && access?.isToken(given)) return next();
    if (await isOperatorAccount(authorization, authenticate)) return next();
    const { sessions, publicUrl } = requireAccess(access);
    // The cookie of a user may have become the `Authorization` of this request. See accounts/session-cookies.ts.
    if (!sessions.isOpen(context)) throw wrongToken();
    requireSameOrigin(context, publicUrl);
    return next();
  };
}

/** Where the keys of auth are not known, nobody is an operator by an account, but the token and the page's session still count. */
async function isOperatorAccount(authorization: string, authenticate: Authenticate): Promise<boolean> {
  if (authorization === '') return false;
  try {
    return (await authenticate(authorization)).group === 'operator';
  } catch (error) {
    if (isAppError(error, 'invalid_token') || isAppError(error, 'unavailable')) return false;
    throw error;
  }
}
