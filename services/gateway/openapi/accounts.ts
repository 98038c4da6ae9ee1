import { json, problems, ref, uuid } from './parts.ts';

export const credentials = {
  required: true,
  content: json({
    type: 'object',
    required: ['email', 'password'],
    properties: {
      email: { type: 'string', format: 'idn-email' },
      password: { type: 'string', minLength: 8, maxLength: 128 },
    },
  }),
};

const refreshToken = {
  required: true,
  content: json({
    type: 'object',
    required: ['refresh_token'],
    properties: { refresh_token: { type: 'string' } },
  }),
};

const tokens = { description: 'Tokens', content: json(ref('Tokens')) };

/** The answer to a registration where addresses have to be confirmed. */
export const pendingAccount = {
  202: {
    description:
      'Where the operator requires confirmed addresses (`REQUIRE_VERIFIED_EMAIL`): the same for every address, also one that has an account. The account is made once the link of the mail is opened.',
    content: json({
      type: 'object',
      required: ['email', 'verification'],
      properties: { email: { type: 'string' }, verification: { const: 'sent' } },
    }),
  },
};

export const accountPaths = {
  '/register': {
    post: {
      summary: 'Create an account',
      description:
        'Idempotent: a repeated request with the same address and password returns the same account. Another password is refused with 409 `email_taken`.',
      requestBody: credentials,
      responses: {
        201: {
          description: 'Registered',
          content: json({ type: 'object', properties: { id: uuid, email: { type: 'string' } } }),
        },
        ...pendingAccount,
        ...problems(
          'bad_request',
          'too_large',
          'unsupported_media_type',
          'email_taken',
          'invalid_email',
          'weak_password',
          'too_many_requests',
        ),
      },
    },
  },
  '/login': {
    post: {
      summary: 'Get tokens for an e-mail address and a password',
      description:
        'Wrong passwords are limited by account and by client address: 429, with the headers `RateLimit` and `RateLimit-Policy`. From an address at which the owner has logged in before, only the wrong ones from there count.',
      security: [{ basic: [] }],
      responses: {
        200: tokens,
        ...problems(
          'bad_request',
          'invalid_credentials',
          'email_not_verified',
          'second_factor_required',
          'too_many_requests',
        ),
      },
    },
  },
  '/refresh': {
    post: {
      summary: 'Exchange a refresh token for new tokens; a refresh token works once',
      description:
        'When a response was lost, the same refresh token returns the same next token for 30 seconds, as long as that one has not been used. Any other use of an older token revokes the session.',
      requestBody: refreshToken,
      responses: {
        200: tokens,
        ...problems('bad_request', 'too_large', 'invalid_token', 'unsupported_media_type'),
      },
    },
  },
  '/logout': {
    post: {
      summary: 'Revoke a refresh token and every token that was made from it',
      requestBody: refreshToken,
      responses: {
        204: { description: 'Revoked' },
        ...problems('bad_request', 'too_large', 'unsupported_media_type'),
      },
    },
  },
};
