import { createHmac } from 'node:crypto';
import type { Context } from 'koa';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';

const COOKIE = 'mp3_operator';
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
  const attributes = {
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl.startsWith('https:'),
    overwrite: true,
    path: PATH,
  } as const;
  const signatureOf = (end: string): string =>
    createHmac('sha256', operatorToken).update(`operator session until ${end}`).digest('base64url');

  return {
    begin(context) {
      const end = String(Math.floor(now() / 1000) + SESSION_SECONDS);
      const maxAge = SESSION_SECONDS * 1000;
      context.cookies.set(COOKIE, `${end}.${signatureOf(end)}`, { ...attributes, maxAge });
    },
    end: (context) => void context.cookies.set(COOKIE, null, attributes),
    isOpen(context) {
      const [, end, signature] = /^(\d{1,12})\.([\w-]+)$/.exec(context.cookies.get(COOKIE) ?? '') ?? [];
      if (end === undefined || signature === undefined) return false;
      return constantTimeEqual(signature, signatureOf(end)) && Number(end) * 1000 > now();
    },
  };
}
