import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

export interface Person {
  email?: string;
  email_verified?: boolean;
  groups?: string[];
}

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' };

/**
 * A provider of OpenID Connect on loopback, certified software, that asks nobody for a password: whoever comes is the person of `next`,
 * or has cancelled where that is undefined.
 */
export async function startProvider(t: TestContext, redirectUri: string) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Person>();
  const next: { subject: string | undefined } = { subject: 'ann' };
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'mp3', client_secret: 'a secret of the client', redirect_uris: [redirectUri] }],
    jwks: { keys: [jwk] },
    cookies: { keys: ['a key of the provider'] },
    features: { devInteractions: { enabled: false } },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people.get(sub) }) as never,
    }),
    async loadExistingGrant(context) {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, done) => {
    if (!context.path.startsWith('/interaction/')) return done();
    const { subject } = next;
    const result = subject
      ? { login: { accountId: subject } }
      : { error: 'access_denied', error_description: 'cancelled' };
    context.respond = false;
    await provider.interactionFinished(context.req, context.res, result);
  });
  server.on('request', provider.callback());
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  t.after(stop);

  /** Follows the redirects of the provider, as a browser does, until it sends the browser back. Returns where to. */
  async function visit(url: string): Promise<string> {
    const jar = new Map<string, string>();
    let at = new URL(url);
    for (let hop = 0; hop < 10; hop++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.set(name, value);
      }
      const location = response.headers.get('location');
      await response.body?.cancel();
      if (!location) throw new Error(`the provider answered ${response.status} at ${at}`);
      at = new URL(location, at);
      if (at.origin !== issuer) return at.href;
    }
    throw new Error('the provider redirects for ever');
  }

  return { issuer, people, next, visit, stop };
}

/** A provider that refuses every code, and counts them. */
export async function countTokenRequests(t: TestContext) {
  let count = 0;
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url === '/token') {
      count++;
      response.statusCode = 400;
      response.end('{"error":"invalid_grant"}');
      return;
    }
    const at = (path: string) => `${issuer}${path}`;
    const endpoints = {
      authorization_endpoint: at('/auth'),
      token_endpoint: at('/token'),
      jwks_uri: at('/jwks'),
    };
    response.end(JSON.stringify({ issuer, ...endpoints, response_types_supported: ['code'] }));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { issuer, count: () => count };
}
