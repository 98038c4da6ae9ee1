import type { Context } from 'koa';

/** As long as auth lets an attempt take. */
const SECONDS = 600;
const ATTEMPT = /^[\w-]{1,3500}$/;

/**
 * Binds a sign-in at another system to the browser that has begun it, so that nobody can have somebody else complete it. The provider
 * sends the browser back from another site, so the cookie is `SameSite=Lax`. No script can read it.
 */
export interface AttemptCookie {
  keep(context: Context, attempt: string): void;
  read(context: Context): string | undefined;
  forget(context: Context): void;
}

/** @param publicUrl of the gateway. With https, the browser sends the cookie over https alone. */
export function createAttemptCookie(publicUrl: string): AttemptCookie {
  const secure = publicUrl.startsWith('https:');
  // See session-cookies.ts about the prefix, which is for the path `/` alone.
  const name = secure ? '__Host-mp3_sign_in' : 'mp3_sign_in';
  const attributes = `Path=${secure ? '/' : '/session/oidc'}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const set = (context: Context, value: string, seconds: number) =>
    context.append('Set-Cookie', `${name}=${value}; Max-Age=${seconds}; ${attributes}`);
  return {
    keep: (context, attempt) => set(context, attempt, SECONDS),
    forget: (context) => set(context, '', 0),
    read(context) {
      const value = context.cookies.get(name) ?? '';
      return ATTEMPT.test(value) ? value : undefined;
    },
  };
}
