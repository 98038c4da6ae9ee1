import {
  accepted,
  account,
  anyPassword,
  body,
  done,
  email,
  jsonProblems,
  ownAccount,
  ownProblems,
  password,
} from './account-parts.ts';
import { accountSessionPaths } from './account-sessions.ts';
import { mailedLinkPaths } from './mailed-links.ts';
import { bearer, json, problems } from './parts.ts';
import { bodyWithProof, proofBody } from './proof.ts';

/** What people see and change of their own account, with the links of its mails and its sessions. */
export const ownAccountPaths = {
  ...mailedLinkPaths,
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
  ...accountSessionPaths,
};
