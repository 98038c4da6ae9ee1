import type { Context, Middleware } from 'koa';
import type { z } from 'zod';
import type { RequestState } from '../../shared/http/request-state.ts';
import { cookieAttributes } from './cookie-attributes.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { tokenGrant } from './token-grant.ts';

/** The only paths that get the refresh token. */
const SESSION_PATH = '/session';
/** How long a browser keeps the refresh token. Auth decides how long it is valid, which may be shorter. */
const REFRESH_SECONDS = 360 * 24 * 3600;

/** What both kinds of tokens are made of. Another text has not come from auth, and counts as no cookie. */
const TOKEN = /^[\w.-]{1,4096}$/;

type Grant = z.output<typeof tokenGrant>;

/**
 * The tokens of a page. They are in cookies that no script can read, and that a browser sends only with requests from pages of
 * this site.
 */
export interface SessionCookies {
  keep(context: Context, grant: Grant): void;
  forget(context: Context): void;
  accessToken(context: Context): string | undefined;
  /** The refresh token; undefined where the browser has sent none. */
  refreshToken(context: Context): string | undefined;
}

/** @param publicUrl of the gateway. With https, a browser sends the cookies over https alone. */
export function createSessionCookies(publicUrl: string): SessionCookies {
  const secure = publicUrl.startsWith('https:');
  // With the prefix, no page of a subdomain and none that came over plain HTTP can set the cookies (RFC 6265bis, 4.1.3).
  // It is for the path `/` alone, so over https every request carries the refresh token, too.
  const prefix = secure ? '__Host-' : '';
  const [access, refresh] = [`${prefix}mp3_access`, `${prefix}mp3_refresh`];
  const refreshPath = secure ? '/' : SESSION_PATH;
  const attributes = cookieAttributes(secure);

  const set = (context: Context, cookie: string, { path, seconds }: { path: string; seconds: number }) =>
    context.append('Set-Cookie', `${cookie}; Path=${path}; Max-Age=${seconds}; ${attributes}`);
  const get = (context: Context, name: string): string | undefined => {
    const value = context.cookies.get(name) ?? '';
    return TOKEN.test(value) ? value : undefined;
  };

  return {
    keep(context, { access_token, refresh_token, expires_in }) {
      set(context, `${access}=${access_token}`, { path: '/', seconds: expires_in });
      set(context, `${refresh}=${refresh_token}`, { path: refreshPath, seconds: REFRESH_SECONDS });
    },
    forget(context) {
      set(context, `${access}=`, { path: '/', seconds: 0 });
      set(context, `${refresh}=`, { path: refreshPath, seconds: 0 });
    },
    accessToken: (context) => get(context, access),
    refreshToken: (context) => get(context, refresh),
  };
}

/**
 * Lets a page use the whole API: the access token of its cookie becomes the request's `Authorization`, unless the request has one.
 * A request that may change something must come from a page of this gateway, because a browser adds cookies by itself.
 */
export function acceptSessionCookie(cookies: SessionCookies, publicUrl: string): Middleware<RequestState> {
  return (context, next) => {
    const token = context.get('authorization') === '' ? cookies.accessToken(context) : undefined;
    if (token !== undefined) {
      requireSameOrigin(context, publicUrl);
      context.req.headers.authorization = `Bearer ${token}`;
      // A shared cache stores no response to a request with `Authorization`. It must know that this is one (RFC 9111, 3.5).
      context.set('Cache-Control', 'private');
    }
    return next();
  };
}
