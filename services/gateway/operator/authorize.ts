import type { Middleware } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import { AppError } from '../../shared/runtime/errors.ts';
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
 * Lets only an operator pass: who sends the token, or has the session of an operator's page. A request with the session must come
 * from a page of this gateway where it may change something, because a browser adds cookies by itself.
 */
export function onlyOperator(access: OperatorAccess | undefined): Middleware<RequestState> {
  return (context, next) => {
    const { isToken, sessions, publicUrl } = requireAccess(access);
    const given = /^Bearer (.+)$/i.exec(context.get('authorization'))?.[1];
    if (given !== undefined && isToken(given)) return next();
    // The cookie of a user may have become the `Authorization` of this request. See accounts/session-cookies.ts.
    if (!sessions.isOpen(context)) throw wrongToken();
    requireSameOrigin(context, publicUrl);
    return next();
  };
}
