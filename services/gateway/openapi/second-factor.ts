import { jsonProblems } from './account-parts.ts';
import { bearer, json, problems, ref } from './parts.ts';
import { bodyWithProof, proofBody, proofErrors } from './proof.ts';
import { refuseApiKeys } from './scope-errors.ts';

const object = (properties: object) => ({ type: 'object', required: Object.keys(properties), properties });
const text = { type: 'string' };
const code = { type: 'string', minLength: 1, maxLength: 40 };
const body = (properties: object) => ({ required: true, content: json(object(properties)) });
const codeErrors = ['wrong_code', 'too_many_requests', 'state_conflict', 'not_implemented'] as const;

const answer = {
  requestBody: body({
    challenge: { type: 'string', description: 'That of the refused login' },
    code: { ...code, description: 'Six digits of the authenticator app, or a recovery code' },
  }),
};
const description =
  'The challenge is in the 403 `second_factor_required` of a login with the right password. It lives for 5 minutes and can be tried 5 times. A code works once. After 20 wrong codes within an hour, none is tried for that account (429), but a recovery code is. After three, the owner gets a mail, at most one a day.';

const ownPaths = refuseApiKeys({
  '/account/second-factor': {
    get: {
      summary: 'Tell whether the account has a second factor',
      security: bearer,
      responses: {
        200: {
          description: 'Whether a login with the password needs a code',
          content: json(object({ enabled: { type: 'boolean' }, recovery_codes_left: { type: 'integer' } })),
        },
        ...problems('invalid_token', 'state_conflict'),
      },
    },
    post: {
      summary: 'Begin to set up a second factor (TOTP, RFC 6238)',
      description:
        'Returns the secret for an authenticator app, as text and as an `otpauth:` URI for a QR code. Nothing changes until a code confirms it.',
      security: bearer,
      requestBody: proofBody,
      responses: {
        200: { description: 'The secret', content: json(object({ secret: text, uri: text })) },
        ...problems('invalid_token', 'forbidden', 'state_conflict', 'not_implemented', ...proofErrors),
      },
    },
    delete: {
      summary: 'Remove the second factor',
      description:
        'Needs the password as the other changes do, and a code or a recovery code. The owner gets a mail.',
      security: bearer,
      requestBody: bodyWithProof({ code }),
      responses: {
        204: { description: 'Removed' },
        ...problems('invalid_token', 'forbidden', 'wrong_password', ...jsonProblems, ...codeErrors),
      },
    },
  },
  '/account/second-factor/confirm': {
    post: {
      summary: 'Complete the set-up of a second factor by its first code',
      description:
        'Returns ten recovery codes, which are shown here alone. Each replaces a code once. The owner gets a mail.',
      security: bearer,
      requestBody: body({ code }),
      responses: {
        200: {
          description: 'The recovery codes',
          content: json(object({ recovery_codes: { type: 'array', items: text } })),
        },
        ...problems('invalid_token', 'forbidden', ...jsonProblems, ...codeErrors),
      },
    },
  },
  '/session/second-factor': {
    post: {
      summary: 'Complete a sign-in from the web page by a code',
      description: `Only for pages of the gateway itself. ${description}`,
      ...answer,
      responses: {
        200: {
          description: 'Who is signed in. The tokens are in cookies that no script can read',
          content: json(ref('Session')),
        },
        ...problems('forbidden', 'invalid_token', 'sign_in_failed', ...jsonProblems, ...codeErrors),
      },
    },
  },
});

export const secondFactorPaths = {
  ...ownPaths,
  '/login/second-factor': {
    post: {
      summary: 'Complete a login by a code',
      description,
      ...answer,
      responses: {
        200: { description: 'Tokens', content: json(ref('Tokens')) },
        ...problems('invalid_token', 'sign_in_failed', ...jsonProblems, ...codeErrors),
      },
    },
  },
};
