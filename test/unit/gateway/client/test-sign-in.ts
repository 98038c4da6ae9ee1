import { randomBytes, randomUUID } from 'node:crypto';
import type { AccountAnswer, AccountRequest } from './account-request.ts';

/** The code of the app of everybody. */
export const TEST_CODE = '123456';
/** Where a browser is sent that joins an identity. */
export const TEST_PROVIDER = 'https://id.example.com/authorize';
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** Codes after which a challenge is of no use any more. */
const MAX_TRIES = 5;
export const RECOVERY_CODES: readonly string[] = [
  'aaaa-bbbb-cccc-dddd',
  'eeee-ffff-gggg-hhhh',
  'jjjj-kkkk-mmmm-nnnn',
];

const done = (status: number, content: object = {}): AccountAnswer => ({ status, content });
const refuse = (status: number, code: string, fields = {}): AccountAnswer => ({
  status,
  content: { code, detail: code, ...fields },
});

interface TestPasskey {
  id: string;
  credentialId: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

export interface TestIdentity {
  id: string;
  provider: string;
  name: string;
  email: string | null;
}

/** Who signs in from now on, or what is answered instead. */
export type SignIn = { email: string } | AccountAnswer;

interface TestPasswords {
  /** Whether this password proves that it is the owner of the account with this address. */
  isProof: (email: string, password: unknown) => boolean;
  hasPassword: (email: string) => boolean;
}

/** The ways to sign in beside the password, in memory. A passkey is known by its id, and its signature is not checked. */
export function createTestSignIn({ isProof, hasPassword }: TestPasswords) {
  const providers: { id: string; name: string }[] = [];
  /** The address of whoever comes back from a provider. */
  const identity = { email: 'somebody@example.com' };
  /** Recovery codes that are left, by the addresses of accounts with a second factor. */
  const factors = new Map<string, string[]>();
  const challenges = new Map<string, { email: string; tries: number }>();
  const passkeys = new Map<string, TestPasskey[]>();
  const identities = new Map<string, TestIdentity[]>();

  /** Removes a way to sign in, unless it is the last one. */
  function removeWay<Way extends { id: string }>(
    ways: Map<string, Way[]>,
    { body }: AccountRequest,
    email: string,
  ): AccountAnswer {
    if (!isProof(email, body.password)) return refuse(403, 'wrong_password');
    const count = (passkeys.get(email)?.length ?? 0) + (identities.get(email)?.length ?? 0);
    if (!hasPassword(email) && count === 1) return refuse(409, 'state_conflict');
    ways.set(
      email,
      (ways.get(email) ?? []).filter(({ id }) => id !== body.id),
    );
    return done(204);
  }

  function answerFactor({ path, method, body }: AccountRequest, email: string): AccountAnswer {
    const isRight = body.code === TEST_CODE;
    if (path.endsWith('/confirm')) {
      if (!isRight) return refuse(403, 'wrong_code');
      factors.set(email, [...RECOVERY_CODES]);
      return done(200, { recovery_codes: RECOVERY_CODES });
    }
    if (path.endsWith('/removal')) {
      if (!isProof(email, body.password)) return refuse(403, 'wrong_password');
      if (!isRight) return refuse(403, 'wrong_code');
      factors.delete(email);
      return done(204);
    }
    const left = factors.get(email);
    if (method === 'GET')
      return done(200, { enabled: left !== undefined, recovery_codes_left: left?.length ?? 0 });
    if (!isProof(email, body.password)) return refuse(403, 'wrong_password');
    return done(200, {
      secret: SECRET,
      uri: `otpauth://totp/mp3converter:${email}?secret=${SECRET}&issuer=mp3converter`,
    });
  }

  function answerPasskeys(request: AccountRequest, email: string): AccountAnswer {
    const { path, method, body } = request;
    const own = passkeys.get(email) ?? [];
    if (path === '/account/passkey-options') {
      if (!isProof(email, body.password)) return refuse(403, 'wrong_password');
      return done(200, {
        rp: { id: 'localhost', name: 'mp3converter' },
        user: { id: randomBytes(16).toString('base64url'), name: email, displayName: email },
        challenge: randomBytes(32).toString('base64url'),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
    }
    if (method === 'GET') return done(200, { passkeys: own.map(({ credentialId: _, ...view }) => view) });
    if (path.endsWith('/end')) return removeWay(passkeys, request, email);
    if (path.endsWith('/rename')) {
      const renamed = own.find(({ id }) => id === body.id);
      if (!renamed) return refuse(404, 'not_found');
      renamed.name = String(body.name);
      return done(204);
    }
    const { id: credentialId } = body.response as { id: string };
    const added = { id: randomBytes(16).toString('base64url'), credentialId, name: String(body.name) };
    passkeys.set(email, [...own, { ...added, created_at: new Date().toISOString(), last_used_at: null }]);
    return done(201, added);
  }

  return {
    providers,
    identity,
    factors,
    passkeys,
    identities,
    challenges,
    /** Asks for the code of whoever has a second factor. */
    askForCode(email: string): AccountAnswer | undefined {
      if (!factors.has(email)) return undefined;
      const challenge = randomBytes(32).toString('base64url');
      challenges.set(challenge, { email, tries: 0 });
      return refuse(403, 'second_factor_required', { challenge, expires_in: 300 });
    },
    /** Answers for whoever is signed in. Undefined for another route. */
    answerOwner(request: AccountRequest, email: string): AccountAnswer | undefined {
      if (request.path.startsWith('/account/second-factor')) return answerFactor(request, email);
      if (request.path.startsWith('/account/passkey')) return answerPasskeys(request, email);
      if (request.path === '/account/identities')
        return done(200, { identities: identities.get(email) ?? [] });
      if (request.path === '/account/identities/end') return removeWay(identities, request, email);
      if (request.path === '/oidc/join')
        return isProof(email, request.body.password)
          ? done(200, { url: TEST_PROVIDER, attempt: 'sealed' })
          : refuse(403, 'wrong_password');
      return undefined;
    },
    /** Answers for whoever signs in. Undefined for another route. */
    answerVisitor(path: string, body: Record<string, unknown>): SignIn | undefined {
      if (path === '/oidc') return done(200, { providers });
      if (path === '/login/second-factor') {
        const challenge = challenges.get(String(body.challenge));
        if (challenge === undefined || challenge.tries === MAX_TRIES) return refuse(401, 'sign_in_failed');
        challenge.tries += 1;
        const { email } = challenge;
        const left = factors.get(email) ?? [];
        if (body.code !== TEST_CODE && !left.includes(String(body.code))) return refuse(403, 'wrong_code');
        challenges.delete(String(body.challenge));
        factors.set(
          email,
          left.filter((code) => code !== body.code),
        );
        return { email };
      }
      if (path === '/login/passkey/options')
        return done(200, {
          options: {
            rpId: 'localhost',
            challenge: randomUUID().replaceAll('-', ''),
            userVerification: 'required',
          },
          attempt: randomUUID(),
        });
      if (path === '/login/passkey') {
        const { id } = body.response as { id: string };
        for (const [email, own] of passkeys)
          if (own.some(({ credentialId }) => credentialId === id)) return { email };
        return refuse(401, 'passkey_refused');
      }
      return undefined;
    },
  };
}
