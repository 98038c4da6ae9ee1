import { accepted, body, done, email, jsonProblems, password, sameForAll, token } from './account-parts.ts';
import { problems } from './parts.ts';

/** The routes behind the links in mails. None of them needs a session. */
export const mailedLinkPaths = {
  '/account/verification': {
    post: {
      summary:
        'Send the mail of a registration again, or that of an account whose address has to be confirmed',
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
