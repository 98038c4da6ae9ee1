import type { Context } from 'koa';

const ATTEMPT = /^[\w-]{1,3500}$/;

interface Kind {
  name: string;
  /** The only paths that get it without https. */
  path: string;
  sameSite: 'Lax' | 'Strict';
  /** As long as auth lets an attempt take. */
  seconds: number;
}

/** A sign-in at another system. The provider sends the browser back from another site, so the cookie is `SameSite=Lax`. */
export const SIGN_IN_COOKIE: Kind = {
  name: 'mp3_sign_in',
  path: '/session/oidc',
  sameSite: 'Lax',
  seconds: 600,
};

/** A sign-in by a passkey, which is begun and completed by the page. */
export const PASSKEY_COOKIE: Kind = {
  name: 'mp3_passkey',
  path: '/session/passkey',
  sameSite: 'Strict',
  seconds: 300,
};

/**
 * Binds a sign-in of two steps to the browser that has begun it, so that nobody can have somebody else complete it. Auth has
 * encrypted what it holds. No script can read it.
 */
export interface AttemptCookie {
  keep(context: Context, attempt: string): void;
  read(context: Context): string | undefined;
  forget(context: Context): void;
}

/** @param publicUrl of the gateway. With https, the browser sends the cookie over https alone. */
export function createAttemptCookie(publicUrl: string, kind: Kind): AttemptCookie {
  const secure = publicUrl.startsWith('https:');
  // See session-cookies.ts about the prefix, which is for the path `/` alone.
  const name = secure ? `__Host-${kind.name}` : kind.name;
  const path = secure ? '/' : kind.path;
  const attributes = `Path=${path}; HttpOnly; SameSite=${kind.sameSite}${secure ? '; Secure' : ''}`;
  const set = (context: Context, value: string, seconds: number) =>
    context.append('Set-Cookie', `${name}=${value}; Max-Age=${seconds}; ${attributes}`);
  return {
    keep: (context, attempt) => set(context, attempt, kind.seconds),
    forget: (context) => set(context, '', 0),
    read(context) {
      const value = context.cookies.get(name) ?? '';
      return ATTEMPT.test(value) ? value : undefined;
    },
  };
}
