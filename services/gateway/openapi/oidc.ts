import { bearer, json, problems } from './parts.ts';
import { proof, proofBody, proofErrors } from './proof.ts';
import { refuseApiKeys } from './scope-errors.ts';

const provider = {
  name: 'provider',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,31}$' },
  description: 'The `id` of a provider in OIDC_PROVIDERS',
};

const object = (properties: object) => ({ type: 'object', required: Object.keys(properties), properties });
const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };

const attemptCookie = {
  'Set-Cookie': {
    description: 'Binds the sign-in to this browser, for ten minutes',
    schema: { type: 'string' },
  },
};

/**
 * The protocol has the provider send these in the query (RFC 6749, 4.1.2; RFC 9207). The code opens nothing by itself: it works once,
 * with the secret of the client and what the cookie holds.
 */
const answerOfProvider = [
  ['code', 'The authorization code'],
  ['state', 'What auth has sent with the browser. An answer with another one is refused'],
  ['iss', 'The issuer of the provider, where it sends one'],
  ['error', 'Why the provider has let nobody in, such as `access_denied`'],
].map(([name, description]) => ({ name, in: 'query', required: false, schema: text, description }));

const beginning = {
  required: true,
  content: json({
    type: 'object',
    properties: {
      ...proof,
      leave_guest: {
        type: 'boolean',
        default: false,
        description:
          'Of a guest: whether to sign in to an account that the identity has already. Nobody can reach the jobs of the guest after that',
      },
    },
  }),
};

/** Where the page is told why a browser comes back without a session. */
const toPage = {
  description:
    'To the web page. Without a session, its address ends with `#sign-in=` and `sign_in_failed`, `sign_in_cancelled`, `email_taken`, `email_not_verified`, `account_exists`, `state_conflict`, `not_found` or `unavailable`',
  headers: { Location: { description: '`/`, perhaps with a fragment', schema: text } },
};
const elsewhere =
  'A client that does not accept HTML gets problem details instead of a redirect to the page.';

export const oidcPaths = refuseApiKeys({
  '/session/oidc': {
    get: {
      summary: 'List the systems by which people can sign in',
      description: 'The list is the same for everybody, and a browser keeps it for five minutes.',
      responses: {
        200: {
          description: 'The providers, in the order in which the operator has named them',
          content: json(object({ providers: { type: 'array', items: object({ id: text, name: text }) } })),
        },
        ...problems(),
      },
    },
  },
  '/session/oidc/{provider}': {
    get: {
      summary: 'Sign in at another system (OpenID Connect)',
      description: `For a browser, which is sent there. Where a guest is signed in, a session is to be renewed first, or another site has caused the request, the browser is sent to \`/#/account\` instead: the page says what a guest would lose, and begins the sign-in of a guest by POST. ${elsewhere}`,
      parameters: [provider],
      responses: {
        302: {
          description: 'To the provider',
          headers: {
            ...attemptCookie,
            Location: { description: 'An address of the provider', schema: text },
          },
        },
        303: toPage,
        ...problems('not_found'),
      },
    },
    post: {
      summary:
        'Join an identity at another system to the account of whoever is signed in, or make an account of a guest',
      description:
        'Only for pages of the gateway itself. The page sends the browser to `url`. The provider sends it back. For an account, the page is opened with `#sign-in=joined`, and the owner gets a mail. A guest becomes the account of an identity that has none, as by POST /session/registration, and the page is opened with `#sign-in=registered`. For an identity that has an account, the answer of the provider is refused with `account_exists` and the guest stays one, unless `leave_guest` was true: then the account is signed in, and the page is opened with `#sign-in=left`.',
      security: bearer,
      parameters: [provider],
      requestBody: beginning,
      responses: {
        200: {
          description: 'Where the browser goes',
          headers: attemptCookie,
          content: json(object({ url: text })),
        },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict', ...proofErrors),
      },
    },
  },
  '/session/oidc/{provider}/callback': {
    get: {
      summary: 'Complete a sign-in at another system',
      description: `The address to which the provider sends the browser back. ${elsewhere}`,
      parameters: [provider, ...answerOfProvider],
      responses: {
        303: {
          ...toPage,
          headers: {
            ...toPage.headers,
            'Set-Cookie': { description: 'The cookies of the session, as with POST /session', schema: text },
          },
        },
        ...problems('not_found', 'sign_in_failed', 'sign_in_cancelled'),
        ...problems('bad_request', 'email_taken', 'email_not_verified', 'account_exists', 'state_conflict'),
      },
    },
  },
  '/account/identities': {
    get: {
      summary: 'List the identities at other systems by which the account can be used',
      security: bearer,
      responses: {
        200: {
          description: 'The identities',
          content: json(
            object({
              identities: {
                type: 'array',
                items: object({
                  ...{ id: text, provider: text, name: text },
                  email: { type: ['string', 'null'], description: 'What the provider said last' },
                  ...{ created_at: time, last_used_at: { ...time, type: ['string', 'null'] } },
                }),
              },
            }),
          ),
        },
        ...problems('invalid_token', 'state_conflict'),
      },
    },
  },
  '/account/identities/{id}': {
    delete: {
      summary: 'Remove an identity from the account',
      description:
        'Not where it is the last way to sign in (`state_conflict`). The group that its provider has given goes with it. The owner gets a mail.',
      security: bearer,
      parameters: [
        { name: 'id', in: 'path', required: true, schema: text, description: 'The id in the list' },
      ],
      requestBody: proofBody,
      responses: {
        204: { description: 'Removed' },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict', ...proofErrors),
      },
    },
  },
});
