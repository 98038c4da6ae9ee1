import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { account, body, jsonProblems } from './account-parts.ts';
import { json, problems, query, uuid } from './parts.ts';

const operator = [{ operator: [] }];

export const operatorAccountPaths = {
  '/operator/accounts': {
    get: {
      summary: 'Find an account by its address',
      security: operator,
      parameters: [
        { ...query('email', 'The whole address', { type: 'string', maxLength: 320 }), required: true },
      ],
      responses: {
        200: {
          description: 'The account, or none',
          content: json({
            type: 'object',
            required: ['accounts'],
            properties: { accounts: { type: 'array', maxItems: 1, items: account } },
          }),
        },
        ...problems('bad_request', 'invalid_token', 'forbidden', 'not_found', 'too_many_requests'),
      },
    },
  },
  '/operator/accounts/{id}': {
    patch: {
      summary: 'Put an account into a group',
      description:
        'The next refresh of each of its sessions brings the group. An account whose group may do less than before loses its sessions at once.',
      security: operator,
      parameters: [{ name: 'id', in: 'path', required: true, schema: uuid }],
      requestBody: body({ group: { enum: [...REGISTERED_GROUPS] } }),
      responses: {
        200: { description: 'The account', content: json(account) },
        ...problems(...jsonProblems, 'invalid_token', 'forbidden', 'not_found', 'too_many_requests'),
      },
    },
  },
};
