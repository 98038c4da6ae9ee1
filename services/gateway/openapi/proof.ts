import { jsonProblems } from './account-parts.ts';
import { json } from './parts.ts';

/** What proves that it is the owner who changes the account. */
export const proof = {
  password: {
    type: 'string',
    description:
      'Of the account. An account without one leaves it out, and needs a session of the last ten minutes',
  },
};

/** A body with such a proof, and with these fields, each of which is required. */
export const bodyWithProof = (fields: Record<string, object>) => ({
  required: true,
  content: json({
    type: 'object',
    required: Object.keys(fields),
    properties: { ...proof, ...fields },
  }),
});

export const proofBody = bodyWithProof({});

/** Problems of a route with such a body. */
export const proofErrors = [...(['wrong_password', 'too_many_requests'] as const), ...jsonProblems] as const;
