import { jsonProblems } from './account-parts.ts';
import { bearer, json, problems, ref } from './parts.ts';
import { proofBody, proofErrors } from './proof.ts';
import { refuseApiKeys } from './scope-errors.ts';

const object = (properties: object) => ({ type: 'object', required: Object.keys(properties), properties });
const text = { type: 'string' };
const name = { type: 'string', minLength: 1, maxLength: 100 };
const time = { type: 'string', format: 'date-time' };
const passkey = object({
  ...{ id: text, name: text },
  synchronised: { type: 'boolean', description: 'Whether it is on several devices of its owner' },
  ...{ created_at: time, last_used_at: { ...time, type: ['string', 'null'] } },
});
const options = (call: string) => ({
  description: `What \`navigator.credentials.${call}\` takes, as JSON. Its challenge works once, within 5 minutes`,
  content: json({ type: 'object' }),
});
const response = {
  type: 'object',
  description: 'What the browser has answered: the `toJSON()` of the credential',
};
const attemptCookie = {
  'Set-Cookie': { description: 'Binds the sign-in to this browser, for five minutes', schema: text },
};
const id = {
  ...{ name: 'id', in: 'path', required: true, schema: text },
  description: 'The id in the list',
};

export const passkeyPaths = refuseApiKeys({
  '/account/passkeys': {
    get: {
      summary: 'List the passkeys of the account',
      security: bearer,
      responses: {
        200: {
          description: 'The passkeys, the oldest first',
          content: json(object({ passkeys: { type: 'array', items: passkey } })),
        },
        ...problems('invalid_token', 'state_conflict'),
      },
    },
    post: {
      summary: 'Add a passkey to the account (WebAuthn)',
      description: 'An account has at most 20. The owner gets a mail.',
      security: bearer,
      requestBody: { required: true, content: json(object({ name, response })) },
      responses: {
        201: { description: 'The passkey', content: json(passkey) },
        ...problems('invalid_token', 'passkey_refused', 'forbidden', 'state_conflict', ...jsonProblems),
      },
    },
  },
  '/account/passkey-options': {
    post: {
      summary: 'Begin to add a passkey',
      security: bearer,
      requestBody: proofBody,
      responses: {
        200: options('create'),
        ...problems('invalid_token', 'forbidden', 'state_conflict', ...proofErrors),
      },
    },
  },
  '/account/passkeys/{id}': {
    patch: {
      summary: 'Rename a passkey',
      security: bearer,
      parameters: [id],
      requestBody: { required: true, content: json(object({ name })) },
      responses: {
        204: { description: 'Renamed' },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict', ...jsonProblems),
      },
    },
    delete: {
      summary: 'Remove a passkey',
      description: 'Not where it is the last way to sign in (`state_conflict`). The owner gets a mail.',
      security: bearer,
      parameters: [id],
      requestBody: proofBody,
      responses: {
        204: { description: 'Removed' },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict', ...proofErrors),
      },
    },
  },
  '/session/passkey/options': {
    post: {
      summary: 'Begin to sign in from the web page by a passkey',
      description: 'Only for pages of the gateway itself. Nobody has to name an account.',
      responses: { 200: { ...options('get'), headers: attemptCookie }, ...problems('forbidden') },
    },
  },
  '/session/passkey': {
    post: {
      summary: 'Sign in from the web page by a passkey',
      description:
        'Only for pages of the gateway itself. It counts as two factors, so no code is asked for. The cookie of the beginning has to come with it.',
      requestBody: { required: true, content: json(object({ response })) },
      responses: {
        200: {
          description: 'Who is signed in. The tokens are in cookies that no script can read',
          content: json(ref('Session')),
        },
        ...problems('passkey_refused', 'sign_in_failed', 'email_not_verified', 'forbidden', ...jsonProblems),
      },
    },
  },
});
