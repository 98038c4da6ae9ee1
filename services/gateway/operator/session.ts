import { createHmac } from 'node:crypto';
import type { Context } from 'koa';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import { cookieAttributes } from '../accounts/cookie-attributes.ts';

/** The only paths that get the cookie. */
const PATH = '/operator';
const SESSION_SECONDS = 12 * 3600;

/**
 * The session of an operator's page, in a cookie that no script can read. It ends after twelve hours, and when the gateways get
 * another OPERATOR_TOKEN. Nothing of it is stored, so a gateway cannot end a single one.
 */
export interface OperatorSessions {
  begin(context: Context): void;
  end(context: Context): void;
  isOpen(context: Context): boolean;
}

export interface OperatorSessionPorts {
  operatorToken: string;
  /** Of the gateway. With https, a browser sends the cookie over https alone. */
  publicUrl: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * The cookie is `<end in seconds since the epoch>.<signature of it>`. The key of the signature is the token, so that the cookie
 * proves that its owner has shown the token, and does not contain it.
 */
export function createOperatorSessions(ports: OperatorSessionPorts): OperatorSessions {
  const { operatorToken, publicUrl, now = Date.now } = ports;
  const secure = publicUrl.startsWith('https:');
  // With this prefix, no page that came over plain HTTP can set the cookie (RFC 6265bis, 4.1.3).
  const name = secure ? '__Secure-mp3_operator' : 'mp3_operator';
  const signatureOf = (end: string): string =>
    createHmac('sha256', operatorToken).update(`operator session until ${end}`).digest('base64url');
  const set = (context: Context, value: string, seconds: number) =>
    // Koa sets no cookie with `Secure` where a proxy in front of the gateway has ended TLS.
    context.append(
      'Set-Cookie',
      `${name}=${value}; Max-Age=${seconds}; Path=${PATH}; ${cookieAttributes(secure)}`,
    );

  return {
    begin(context) {
      const end = String(Math.floor(now() / 1000) + SESSION_SECONDS);
      set(context, `${end}.${signatureOf(end)}`, SESSION_SECONDS);
    },
    end: (context) => set(context, '', 0),
    isOpen(context) {
      const [, end, signature] = /^(\d{1,12})\.([\w-]{1,100})$/.exec(context.cookies.get(name) ?? '') ?? [];
      if (end === undefined || signature === undefined) return false;
      return constantTimeEqual(signature, signatureOf(end)) && Number(end) * 1000 > now();
    },
  };
}
