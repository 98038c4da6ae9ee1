import { randomBytes, randomUUID } from 'node:crypto';
import { type ErrorCode, STATUS } from '../../../../services/shared/runtime/errors.ts';
import type { AccountAnswer, AccountRequest } from './account-request.ts';
import { createTestSignIn } from './test-sign-in.ts';

/** A mail that auth would have sent. */
export interface TestMail {
  kind: 'verify-email' | 'reset-password' | 'change-email';
  to: string;
  token: string;
}

export interface TestSession {
  id: string;
  current: boolean;
  created_at: string;
  last_used_at: string;
  user_agent: string | null;
}

interface TestKey {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

const refuse = (code: ErrorCode, detail: string): AccountAnswer => ({
  status: STATUS[code],
  content: { code, detail },
});
const done = (status: number, content: object = {}): AccountAnswer => ({ status, content });
/** As auth makes them. */
const newSessionId = () => randomBytes(16).toString('base64url');
const DAY_MS = 24 * 3600 * 1000;
const now = (offsetMs = 0) => new Date(Date.now() + offsetMs).toISOString();
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/**
 * The accounts of auth as its owners manage them, in memory.
 * @param users passwords by address, which are empty for accounts without one
 */
export function createTestAccounts(users: Map<string, string>) {
  /** Whether an address has to be confirmed before its account can be used. A test may change it. */
  const verification = { isRequired: false };
  /** Passwords of registrations that are not confirmed, by address. */
  const unconfirmed = new Map<string, string>();
  /** All mails, in order. The token of each works once. */
  const mails: TestMail[] = [];
  /** What the token of a mail is for. */
  const tokens = new Map<string, { kind: TestMail['kind']; email: string; to: string }>();
  const sessions = new Map<string, TestSession[]>();
  const keys = new Map<string, TestKey[]>();
  /** Addresses of accounts without a password whose sign-in is recent enough for a change. */
  const recent = new Set<string>();
  const isProof = (email: string, password: unknown) =>
    users.get(email) === '' ? recent.has(email) : users.get(email) === password;
  const signIn = createTestSignIn({ isProof, hasPassword: (email) => users.get(email) !== '' });

  function mail(kind: TestMail['kind'], email: string, to = email): void {
    const token = randomBytes(32).toString('base64url');
    tokens.set(token, { kind, email, to });
    mails.push({ kind, to, token });
  }

  function use(kind: TestMail['kind'], token: unknown) {
    const found = tokens.get(String(token));
    if (found?.kind !== kind) return undefined;
    tokens.delete(String(token));
    return found;
  }

  /** The sessions of an account. The first is the one of whoever asks. */
  function sessionsOf(email: string): TestSession[] {
    const known = sessions.get(email) ?? [
      {
        id: newSessionId(),
        current: true,
        created_at: now(-DAY_MS),
        last_used_at: now(),
        user_agent: CHROME,
      },
    ];
    sessions.set(email, known);
    return known;
  }

  /** Answers to routes that need no session. */
  function answerMail(path: string, body: Record<string, unknown>): AccountAnswer | undefined {
    const email = String(body.email);
    if (path === '/account/verification') {
      if (unconfirmed.has(email)) mail('verify-email', email);
      return done(202);
    }
    if (path === '/account/reset') {
      if (users.has(email)) mail('reset-password', email);
      return done(202);
    }
    if (path === '/account/verification/confirm') {
      const changed = use('change-email', body.token);
      if (changed) {
        users.set(changed.to, users.get(changed.email) ?? '');
        users.delete(changed.email);
        return done(204);
      }
      const found = use('verify-email', body.token);
      if (!found) return refuse('link_expired', 'used');
      users.set(found.email, unconfirmed.get(found.email) ?? '');
      unconfirmed.delete(found.email);
      return done(204);
    }
    if (path === '/account/reset/confirm') {
      if (String(body.password) === 'password') return refuse('weak_password', 'too common');
      const found = use('reset-password', body.token);
      if (!found) return refuse('link_expired', 'used');
      users.set(found.email, String(body.password));
      return done(204);
    }
    return undefined;
  }

  /** Answers to routes for whoever is signed in. */
  function answerOwner({ method, path, body }: AccountRequest, email: string): AccountAnswer {
    const route = `${method} ${path}`;
    const own = keys.get(email) ?? [];
    switch (route) {
      case 'POST /account/password':
        if (body.current === '' || users.get(email) !== body.current)
          return refuse('wrong_password', 'wrong');
        users.set(email, String(body.new));
        sessions.set(
          email,
          sessionsOf(email).filter(({ current }) => current),
        );
        return done(204);
      case 'POST /account/email':
        if (!isProof(email, body.password)) return refuse('wrong_password', 'wrong');
        mail('change-email', email, String(body.email));
        return done(202, { email: body.email, verification: 'sent' });
      case 'GET /account':
        return done(200, { has_password: users.get(email) !== '' });
      case 'GET /account/sessions':
        return done(200, { sessions: sessionsOf(email) });
      case 'POST /account/sessions/end-others':
        sessions.set(
          email,
          sessionsOf(email).filter(({ current }) => current),
        );
        return done(204);
      case 'POST /account/sessions/end':
        sessions.set(
          email,
          sessionsOf(email).filter((session) => session.id !== body.id),
        );
        return done(204);
      case 'POST /account/deletion':
        if (!isProof(email, body.password)) return refuse('wrong_password', 'wrong');
        users.delete(email);
        return done(204);
      case 'GET /account/keys':
        return done(200, { keys: own });
      case 'POST /account/keys': {
        if (!isProof(email, body.password)) return refuse('wrong_password', 'wrong');
        const key = {
          ...{ id: randomUUID().slice(0, 8), name: String(body.name), scopes: body.scopes as string[] },
          ...{
            created_at: now(),
            expires_at: now(Number(body.expires_in_days) * DAY_MS),
            last_used_at: null,
          },
        };
        keys.set(email, [key, ...own]);
        return done(201, { ...key, key: `mp3_${'7kQ2'.repeat(4)}_${'a1B2c3D4'.repeat(6)}` });
      }
      case 'POST /account/keys/end':
        keys.set(
          email,
          own.filter((key) => key.id !== body.id),
        );
        return done(204);
      default:
        return (
          signIn.answerOwner({ method, path, email, body }, email) ?? refuse('not_found', 'no such route')
        );
    }
  }

  return {
    signIn,
    recent,
    verification,
    unconfirmed,
    mails,
    sessionsOf,
    /** Adds the session of another device. */
    addSession(email: string, userAgent: string | null): void {
      const session = {
        id: newSessionId(),
        current: false,
        created_at: now(-DAY_MS),
        last_used_at: now(-DAY_MS / 2),
      };
      sessionsOf(email).push({ ...session, user_agent: userAgent });
    },
    /** Registers an address that has to be confirmed. */
    register(email: string, password: string): AccountAnswer {
      if (!users.has(email)) {
        unconfirmed.set(email, password);
        mail('verify-email', email);
      }
      return done(202, { email, verification: 'sent' });
    },
    answer(request: AccountRequest): AccountAnswer {
      const answered = answerMail(request.path, request.body);
      if (answered) return answered;
      if (request.email === undefined) return refuse('invalid_token', 'no such token');
      return answerOwner(request, request.email);
    },
  };
}
