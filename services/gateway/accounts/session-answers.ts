import { decodeJwt } from 'jose';
import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { isAppError, unavailable } from '../../shared/runtime/errors.ts';
import type { GroupLimits } from '../limits/group-limits.ts';
import type { Authenticate } from './authenticate.ts';
import { passOn } from './call-auth.ts';
import type { SessionCookies } from './session-cookies.ts';
import type { SessionView } from './session-view.ts';
import { tokenGrant } from './token-grant.ts';
import { accountOf, readUser, type User } from './user.ts';

/** For the scheme Basic of `/login`, a browser would ask for a password in a window of its own. It knows no scheme of this name. */
export const CHALLENGE = { 'WWW-Authenticate': 'Session realm="mp3converter"' };

export interface SessionAnswerPorts {
  cookies: SessionCookies;
  /** Whether one may start as a guest. */
  guests: boolean;
  groupLimits: GroupLimits;
}

/** Whoever is signed in. The cookie with the access token has become the header. See session-cookies.ts. */
export async function currentUser(context: Context, authenticate: Authenticate): Promise<User | undefined> {
  const authorization = context.get('authorization');
  if (authorization === '') return undefined;
  try {
    return await authenticate(authorization);
  } catch (error) {
    if (!isAppError(error, 'invalid_token')) throw error;
    return undefined;
  }
}

/** What the routes of the session answer. */
export function createSessionAnswers({ cookies, guests, groupLimits }: SessionAnswerPorts) {
  const viewOf = (
    user: User | undefined,
    session: Pick<SessionView, 'renewable' | 'renew_in'>,
  ): SessionView => {
    if (!user) return { account: null, limits: null, guests, ...session };
    const { maxUploadBytes: max_upload_bytes, retentionSeconds: retention_seconds } = groupLimits[user.group];
    return { account: accountOf(user), limits: { max_upload_bytes, retention_seconds }, guests, ...session };
  };

  return {
    /** Tells whose session it is, by the tokens of the request. */
    tell(context: Context, user: User | undefined): void {
      const renewable = cookies.refreshToken(context) !== undefined;
      const token = context.get('authorization').replace(/^Bearer /i, '');
      respond(context, viewOf(user, { renewable, renew_in: user ? renewIn(token) : null }));
    },

    /** Keeps the tokens that auth has answered with, and tells whose they are. Passes on any other answer. */
    answer(context: Context, reply: InvokeReply): void {
      if (reply.status === 200) {
        const { grant, user } = readGrant(reply.body);
        cookies.keep(context, grant);
        respond(context, viewOf(user, { renewable: true, renew_in: renewIn(grant.access_token) }));
        return;
      }
      passOn(context, reply);
      context.set('Cache-Control', 'no-store');
      if (reply.status === 401) context.set(CHALLENGE);
    },
  };
}

/** Reads the tokens that auth has answered with. Its error quotes nothing of them, because it would get into the log. */
function readGrant(body: string) {
  try {
    const grant = tokenGrant.parse(JSON.parse(body));
    const user = readUser(decodeJwt(grant.access_token));
    if (user) return { grant, user };
  } catch {}
  throw unavailable('the auth service', new Error('answered with tokens of an unknown form'));
}

/** A session is renewed this long before its access token expires, or after half of its time where that is shorter. */
const EARLY_SECONDS = 60;

/** @param token an access token that is valid @returns seconds */
function renewIn(token: string): number | null {
  const { iat, exp } = decodeJwt(token);
  if (iat === undefined || exp === undefined) return null;
  const at = exp - Math.min(EARLY_SECONDS, (exp - iat) / 2);
  return Math.max(0, Math.floor(at - Date.now() / 1000));
}

function respond(context: Context, view: SessionView): void {
  context.set('Cache-Control', 'no-store');
  context.body = view;
}
