import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { json, uuid } from './parts.ts';

export const password = { type: 'string', minLength: 8, maxLength: 128 };
export const anyPassword = { type: 'string' };
export const email = { type: 'string', format: 'idn-email' };
export const token = { type: 'string', description: 'The token in the fragment of the link of the mail' };

export const body = (properties: Record<string, object>) => ({
  required: true,
  content: json({ type: 'object', required: Object.keys(properties), properties }),
});

export const done = (description: string) => ({ 204: { description } });
export const accepted = (description: string) => ({ 202: { description } });
export const jsonProblems = ['bad_request', 'too_large', 'unsupported_media_type'] as const;
export const ownProblems = ['invalid_token', 'forbidden', 'state_conflict', 'too_many_requests'] as const;

export const sameForAll =
  'The answer and its time are the same for every address, so that nobody learns who has an account.';
export const ownAccount =
  'Needs a session that is open. 409 `state_conflict` says that a guest has no account. 403 `forbidden` is for a request by cookie from another site.';

export const account = {
  type: 'object',
  required: ['id', 'email', 'group', 'verified', 'created_at'],
  properties: {
    ...{ id: uuid, email: { type: 'string' }, group: { enum: [...REGISTERED_GROUPS] } },
    verified: { type: 'boolean', description: 'Whether the owner of the mailbox has confirmed it' },
    created_at: { type: 'string', format: 'date-time' },
  },
};
