import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { bearer, json, problems, query, uuid } from './parts.ts';
import { bodyWithProof, proofBody } from './proof.ts';

const password = { type: 'string', minLength: 8, maxLength: 128 };
const anyPassword = { type: 'string' };
const email = { type: 'string', format: 'idn-email' };
const token = { type: 'string', description: 'The token in the fragment of the link of the mail' };

const body = (properties: Record<string, object>) => ({
  required: true,
  content: json({ type: 'object', required: Object.keys(properties), properties }),
});

const done = (description: string) => ({ 204: { description } });
const accepted = (description: string) => ({ 202: { description } });
const jsonProblems = ['bad_request', 'too_large', 'unsupported_media_type'] as const;
const ownProblems = ['invalid_token', 'forbidden', 'state_conflict', 'too_many_requests'] as const;

const sameForAll =
  'The answer and its time are the same for every address, so that nobody learns who has an account.';
const ownAccount =
  'Needs a session that is open. 409 `state_conflict` says that a guest has no account. 403 `forbidden` is for a request by cookie from another site.';

const account = {
  type: 'object',
  required: ['id', 'email', 'group', 'verified', 'created_at'],
  properties: {
    ...{ id: uuid, email: { type: 'string' }, group: { enum: [...REGISTERED_GROUPS] } },
    verified: { type: 'boolean', description: 'Whether the owner of the mailbox has confirmed it' },
    created_at: { type: 'string', format: 'date-time' },
  },
};

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

/** The routes behind the links in mails. None of them needs a session. */
const mailedPaths = {
  '/account/verification': {
    post: {
      summary: 'Send the mail of a registration again',
      description: `An address gets one such mail an hour, and three a day. ${sameForAll}`,
      requestBody: body({ email }),
      responses: { ...accepted('Accepted'), ...problems(...jsonProblems, 'too_many_requests') },
    },
  },
  '/account/verification/confirm': {
    post: {
      summary: 'Confirm an address by the link of a mail, of a registration or of a change of address',
      description: 'A link works once, for 48 hours after a registration and for 24 hours after a change.',
      requestBody: body({ token }),
      responses: {
        ...done('Confirmed'),
        ...problems(...jsonProblems, 'link_expired', 'too_many_requests'),
      },
    },
  },
  '/account/reset': {
    post: {
      summary: 'Mail a link with which the owner of an account chooses another password',
      description: sameForAll,
      requestBody: body({ email }),
      responses: { ...accepted('Accepted'), ...problems(...jsonProblems, 'too_many_requests') },
    },
  },
  '/account/reset/confirm': {
    post: {
      summary: 'Choose another password by the link of a mail',
      description:
        'A link works once, for 30 minutes. All sessions and API keys end, the address counts as confirmed, and its owner is told by mail. Where nobody had confirmed it before, passkeys, identities, the second factor and its recovery codes are removed, too.',
      requestBody: body({ token, password }),
      responses: {
        ...done('Changed'),
        ...problems(...jsonProblems, 'link_expired', 'weak_password', 'too_many_requests'),
      },
    },
  },
};

export const ownAccountPaths = {
  ...mailedPaths,
  '/account': {
    get: {
      summary: 'Return my account',
      description: ownAccount,
      security: bearer,
      responses: {
        200: {
          description: 'The account',
          content: json({
            ...account,
            required: [...account.required, 'has_password'],
            properties: {
              ...account.properties,
              has_password: {
                type: 'boolean',
                description:
                  'Whether there is a password to sign in with. Without one, changes need a session of the last ten minutes, and POST /account/reset sets one',
              },
            },
          }),
        },
        ...problems(...ownProblems),
      },
    },
    delete: {
      summary: 'Delete my account with all jobs, files and uploads',
      description: `Sessions end at once, the address is free again, and its owner is told by mail. Jobs and files follow within seconds. ${ownAccount}`,
      security: bearer,
      requestBody: proofBody,
      responses: { ...done('Deleted'), ...problems(...jsonProblems, ...ownProblems, 'wrong_password') },
    },
  },
  '/account/password': {
    post: {
      summary: 'Change my password',
      description: `The other sessions end, and the owner is told by mail. ${ownAccount}`,
      security: bearer,
      requestBody: body({ current: anyPassword, new: password }),
      responses: {
        ...done('Changed'),
        ...problems(...jsonProblems, ...ownProblems, 'wrong_password', 'weak_password'),
      },
    },
  },
  '/account/email': {
    post: {
      summary: 'Change the address of my account',
      description: `The new address gets a mail, and the account keeps the old one until the link is opened. Then the old one is told. Whether the address has another account is not told. ${ownAccount}`,
      security: bearer,
      requestBody: bodyWithProof({ email }),
      responses: {
        ...accepted('Accepted'),
        ...problems(...jsonProblems, ...ownProblems, 'wrong_password', 'invalid_email'),
      },
    },
  },
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
