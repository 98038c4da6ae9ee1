import { done, ownAccount, ownProblems } from './account-parts.ts';
import { bearer, json, problems } from './parts.ts';

const session = {
  type: 'object',
  required: ['id', 'created_at', 'last_used_at', 'user_agent', 'current'],
  properties: {
    id: { type: 'string' },
    created_at: { type: 'string', format: 'date-time' },
    last_used_at: { type: 'string', format: 'date-time' },
    user_agent: {
      type: ['string', 'null'],
      description: 'Of the client that has signed in. It is untrusted text',
    },
    current: { type: 'boolean', description: 'Whether it is the session of this request' },
  },
};

/** The open sessions of an account, each of which is a login. */
export const accountSessionPaths = {
  '/account/sessions': {
    get: {
      summary: 'List my open sessions, the last used first',
      description: `100 at most. ${ownAccount}`,
      security: bearer,
      responses: {
        200: {
          description: 'The sessions',
          content: json({
            type: 'object',
            required: ['sessions'],
            properties: { sessions: { type: 'array', items: session } },
          }),
        },
        ...problems(...ownProblems),
      },
    },
    delete: {
      summary: 'End all my sessions but this one',
      description: `Their access tokens are refused within ten seconds. ${ownAccount}`,
      security: bearer,
      responses: { ...done('Ended'), ...problems(...ownProblems) },
    },
  },
  '/account/sessions/{id}': {
    delete: {
      summary: 'End one of my sessions',
      description: `Its access tokens are refused within ten seconds. ${ownAccount}`,
      security: bearer,
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[\\w-]{22}$' } },
      ],
      responses: { ...done('Ended'), ...problems(...ownProblems, 'not_found') },
    },
  },
};
