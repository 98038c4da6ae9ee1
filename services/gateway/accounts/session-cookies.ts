import type { Context, Middleware } from 'koa';
import type { z } from 'zod';
import type { RequestState } from '../../shared/http/request-state.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { tokenGrant } from './token-grant.ts';

const ACCESS = 'mp3_access';
const REFRESH = 'mp3_refresh';
/** The only paths that get the refresh token. */
const SESSION_PATH = '/session';
/** How long a browser keeps the refresh token. Auth decides how long it is valid, which may be shorter. */
const REFRESH_MS = 360 * 24 * 3600 * 1000;

type Grant = z.output<typeof tokenGrant>;

/**
 * The tokens of a page. They are in cookies that no script can read, and that a browser sends only with requests from pages of
 * this gateway.
 */
export interface SessionCookies {
  keep(context: Context, grant: Grant): void;
  forget(context: Context): void;
  /** The refresh token; undefined where the browser has sent none. */
  refreshToken(context: Context): string | undefined;
}

/** @param publicUrl of the gateway. With https, a browser sends the cookies over https alone. */
export function createSessionCookies(publicUrl: string): SessionCookies {
  const attributes = {
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl.startsWith('https:'),
    overwrite: true,
  } as const;
  return {
    keep(context, { access_token, refresh_token, expires_in }) {
      context.cookies.set(ACCESS, access_token, { ...attributes, path: '/', maxAge: expires_in * 1000 });
      context.cookies.set(REFRESH, refresh_token, { ...attributes, path: SESSION_PATH, maxAge: REFRESH_MS });
    },
    forget(context) {
      context.cookies.set(ACCESS, null, { ...attributes, path: '/' });
      context.cookies.set(REFRESH, null, { ...attributes, path: SESSION_PATH });
    },
    refreshToken: (context) => context.cookies.get(REFRESH),
  };
}

/**
 * Lets a page use the whole API: the access token of its cookie becomes the request's `Authorization`, unless the request has one.
 * A request that may change something must come from a page of this gateway, because a browser adds cookies by itself.
 */
export function acceptSessionCookie(publicUrl: string): Middleware<RequestState> {
  return (context, next) => {
    const token = context.get('authorization') === '' ? context.cookies.get(ACCESS) : undefined;
    if (token !== undefined) {
      requireSameOrigin(context, publicUrl);
      context.req.headers.authorization = `Bearer ${token}`;
    }
    return next();
  };
}
