import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Scope } from '../../shared/contract/scopes.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { ClientAddress } from '../limits/client-address.ts';
import { type ApiKeys, keyOf } from './api-keys.ts';

/**
 * Who may use a route by an API key: whoever has the scope, nobody, or anybody because the route looks at no one's account.
 * Access tokens and the cookies of the page have every scope.
 */
export type Access = Scope | 'none' | 'open';

const ACCESS = Symbol('access');
type Declaration = Middleware<RequestState> & { [ACCESS]: Access };

const declare = (access: Access): Declaration =>
  Object.assign((_context: unknown, next: () => Promise<unknown>) => next(), { [ACCESS]: access });

/** Declares that a route needs an access token, or an API key with this scope. Write it first after the path. */
export const scope = (name: Scope): Declaration => declare(name);
/** Declares that no API key may use a route, whatever its scopes are. */
export const noApiKey: Declaration = declare('none');
/** Declares a route that anybody may use, and that ignores an API key. */
export const openToAll: Declaration = declare('open');

type Layer = Pick<Router<RequestState>['stack'][number], 'methods' | 'path' | 'stack'>;

/** Returns what a route of the router declares. Undefined where it declares nothing. */
export const accessOf = ({ stack }: Pick<Layer, 'stack'>): Access | undefined =>
  stack
    .map((middleware) => (middleware as Partial<Declaration>)[ACCESS])
    .find((access) => access !== undefined);

interface GuardPorts {
  apiKeys: Pick<ApiKeys, 'find'>;
  clientAddress: ClientAddress;
}

/**
 * Makes all routes of the router refuse API keys that lack the scope which the route declares. Throws for a route that declares
 * nothing: a route that was forgotten must not be one for all keys. Call it after the last route.
 */
export function guardRoutes(router: Router<RequestState>, ports: GuardPorts): void {
  for (const layer of router.stack) {
    const access = accessOf(layer);
    if (access === undefined)
      throw new Error(
        `${layer.methods.join(', ')} ${layer.path} does not declare who may use it by an API key`,
      );
    // Before everything else of the route, so that nothing of the request is read for a key that may not send it.
    if (access !== 'open') layer.stack.unshift(guard(access, ports));
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
function guard(
  access: Exclude<Access, 'open'>,
  { apiKeys, clientAddress }: GuardPorts,
): Middleware<RequestState> {
  return async (context, next) => {
    const key = keyOf(context.get('authorization'));
    if (key === undefined) return next();
    if (access === 'none') throw insufficientScope('an API key may not do this: sign in with a password', '');
    const { scopes } = await apiKeys.find(key, clientAddress(context.req));
    if (!scopes.includes(access))
      throw insufficientScope(`this API key lacks the scope \`${access}\``, `, scope="${access}"`);
    return next();
  };
}

const insufficientScope = (detail: string, parameter: string): AppError =>
  new AppError('insufficient_scope', detail, {
    headers: {
      'WWW-Authenticate': `Bearer realm="mp3converter", error="insufficient_scope"${parameter}`,
    },
  });
