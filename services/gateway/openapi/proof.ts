import { json } from './parts.ts';

/** What proves that it is the owner who adds a way into the account. */
export const proof = {
  password: {
    type: 'string',
    description:
      'Of the account. An account without one leaves it out, and needs a session of the last ten minutes',
  },
};

export const proofBody = { required: true, content: json({ type: 'object', properties: proof }) };

/** Problems of a route with such a body. */
export const proofErrors = [
  ...(['wrong_password', 'too_many_requests'] as const),
  ...(['bad_request', 'too_large', 'unsupported_media_type'] as const),
] as const;
