import { credentials, pendingAccount } from './accounts.ts';
import { json, problems, ref } from './parts.ts';

const setCookie = (description: string) => ({
  'Set-Cookie': { description, schema: { type: 'string' } },
});

const session = (description: string) => ({ description, content: json(ref('Session')) });
const signedIn = {
  ...session('Who is signed in. The tokens are in cookies that no script can read'),
  headers: setCookie('The access token for all paths, and the refresh token for `/session`'),
};

const onlyOwnPages =
  'Only for pages of the gateway itself: `Origin` must be the origin of PUBLIC_URL, or have its scheme and the host of the request.';

export const sessionPaths = {
  '/session': {
    get: {
      summary: 'Tell who is signed in by the cookies of the web page',
      description:
        'Nobody is no error. Where `renewable` is true, POST /session/renewal may continue the session.',
      security: [{ cookie: [] }, {}],
      responses: { 200: session('The session'), ...problems() },
    },
    post: {
      summary: 'Sign in from the web page',
      description: `${onlyOwnPages} Returns no token. The challenge of a 401 has the scheme \`Session\`, so that no browser asks for a password itself.`,
      security: [{ basic: [] }],
      responses: {
        200: signedIn,
        ...problems(
          ...([
            'bad_request',
            'invalid_credentials',
            'second_factor_required',
            'forbidden',
            'email_not_verified',
          ] as const),
          'too_many_requests',
        ),
      },
    },
    delete: {
      summary: 'Sign out from the web page',
      description: `${onlyOwnPages} Deletes the cookies in any case. 503 says that the tokens could not be revoked, so that they live until they expire. Idempotent.`,
      security: [{ cookie: [] }, {}],
      responses: {
        204: { description: 'Signed out', headers: setCookie('Deletes both cookies') },
        ...problems('forbidden'),
      },
    },
  },
  '/session/guest': {
    post: {
      summary: 'Start from the web page as a guest, without an account',
      description: `${onlyOwnPages} Only where the operator allows guests (\`GUESTS\`); \`guests\` of the session tells. Whoever has a session keeps it, also somebody who is no guest. A guest has lower limits, and gets no mail.`,
      security: [{ cookie: [] }, {}],
      responses: { 200: signedIn, ...problems('forbidden', 'too_many_requests') },
    },
  },
  '/session/registration': {
    post: {
      summary: 'Give a guest an account',
      description: `${onlyOwnPages} The account has the id of the guest, so uploads and jobs stay. The other sessions of the guest end. Idempotent: a repeated request with the same address and password gives a session of the same account. 409 \`state_conflict\` says that whoever is signed in is no guest.`,
      security: [{ cookie: [] }],
      requestBody: credentials,
      responses: {
        200: signedIn,
        ...pendingAccount,
        ...problems(
          ...(['bad_request', 'too_large', 'unsupported_media_type', 'invalid_token', 'forbidden'] as const),
          ...([
            'email_taken',
            'sign_in_failed',
            'state_conflict',
            'invalid_email',
            'weak_password',
            'too_many_requests',
          ] as const),
        ),
      },
    },
  },
  '/session/renewal': {
    post: {
      summary: 'Continue the session of the web page with new tokens',
      description: `${onlyOwnPages} Takes the refresh token of the cookie, and works as POST /refresh: where a response was lost, the next one within 30 seconds gives the same session. Where auth has ended the session, the cookies are deleted.`,
      responses: { 200: signedIn, ...problems('invalid_token', 'forbidden') },
    },
  },
};
