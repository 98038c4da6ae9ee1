import { z } from 'zod';
import { SCOPES } from '../../shared/contract/scopes.ts';
import { apiKeyView, newApiKeyView } from '../accounts/api-key-view.ts';
import { bearer, json, problems } from './parts.ts';
import { proof, proofErrors } from './proof.ts';
import { refuseApiKeys } from './scope-errors.ts';

const id = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'The id of the key, which is the part between `mp3_` and the second `_`',
};

const accountErrors = ['invalid_token', 'forbidden', 'state_conflict'] as const;

export const apiKeyPaths = refuseApiKeys({
  '/account/keys': {
    get: {
      summary: 'List the API keys of the account, the newest first',
      description: 'Keys that have expired are in the list until they are deleted.',
      security: bearer,
      responses: {
        200: {
          description: 'The keys, without their secrets',
          content: json(z.toJSONSchema(z.object({ keys: z.array(apiKeyView) }))),
        },
        ...problems(...accountErrors),
      },
    },
    post: {
      summary: 'Make an API key, by which a program uses the API for the account',
      description:
        'The answer has the key itself, which cannot be shown again: only its hash is stored. Send it as `Authorization: Bearer mp3_…`. A key cannot be used for the routes of accounts, sessions and operators. The owner gets a mail.',
      security: bearer,
      requestBody: {
        required: true,
        content: json({
          type: 'object',
          required: ['name', 'scopes'],
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 100, description: 'What the key is for' },
            scopes: { type: 'array', minItems: 1, maxItems: SCOPES.length, items: { enum: [...SCOPES] } },
            expires_in_days: { type: 'integer', minimum: 1, maximum: 366, default: 90 },
            ...proof,
          },
        }),
      },
      responses: {
        201: { description: 'The key', content: json(z.toJSONSchema(newApiKeyView)) },
        ...problems(...accountErrors, ...proofErrors),
      },
    },
  },
  '/account/keys/{id}': {
    delete: {
      summary: 'End an API key',
      description: 'Every gateway refuses it within 10 seconds.',
      security: bearer,
      parameters: [id],
      responses: { 204: { description: 'Ended' }, ...problems(...accountErrors, 'not_found') },
    },
  },
});
