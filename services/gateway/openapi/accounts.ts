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
        ...problems(
          'bad_request',
          'too_large',
          'unsupported_media_type',
          'email_taken',
          'invalid_email',
          'weak_password',
        ),
      },
    },
  },
  '/login': {
    post: {
      summary: 'Get tokens for an e-mail address and a password',
      security: [{ basic: [] }],
      responses: { 200: tokens, ...problems('invalid_credentials') },
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
