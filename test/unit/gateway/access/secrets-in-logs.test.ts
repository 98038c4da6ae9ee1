import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { composeApiKey, parseApiKey } from '../../../../services/shared/contract/api-key.ts';
import { basic } from '../../../support/basic-auth.ts';
import { OWNER } from '../../../support/job.ts';
import { withMp3 } from '../gateway-with-mp3.ts';
import { asOperator, bearer, buildGateway, jsonReply, OPERATOR_TOKEN, tokenOf } from '../test-gateway.ts';
import { operations, urlOf } from './operations.ts';

const secret = () => randomBytes(24).toString('base64url');

/** Answers as auth does, or fails as it can: with secrets in what it answers. */
const AUTHS: [what: string, status: number, headers: Record<string, string>][] = [
  ['answers', 200, {}],
  ['refuses', 401, { 'content-type': 'application/problem+json' }],
  ['asks for a second factor', 403, { 'content-type': 'application/problem+json' }],
  ['breaks off in its sidecar', 500, {}],
];

const NAMES = [
  ...['password', 'access', 'refresh', 'cookie', 'query', 'field'],
  ...['attempt', 'challenge', 'code', 'recovery', 'state', 'totp', 'uri', 'signature', 'ours'],
] as const;
type Secrets = Record<(typeof NAMES)[number], string>;

/** What auth answers to any request: with all that it ever answers, in all the forms. */
const answerWith = (secrets: Secrets, key: string) => ({
  ...{ access_token: secrets.access, refresh_token: secrets.refresh, token_type: 'Bearer', expires_in: 9 },
  ...{ code: 'second_factor_required', challenge: secrets.challenge, detail: secrets.challenge },
  ...{
    secret: secrets.totp,
    uri: `otpauth://totp/x?secret=${secrets.uri}`,
    recovery_codes: [secrets.recovery],
  },
  ...{ url: `https://provider.test/?state=${secrets.state}`, attempt: secrets.attempt },
  ...{ options: { challenge: secrets.challenge }, key },
});

describe('the log of a gateway', () => {
  for (const [what, status, headers] of AUTHS) {
    it(`has no password, token, key, code, cookie or link while auth ${what}`, async () => {
      const secrets = Object.fromEntries(NAMES.map((name) => [name, secret()])) as Secrets;
      const [key, newKey] = [apiKey(), apiKey()];
      const { call, lines, stopping } = buildGateway({
        auth: () => jsonReply(status, answerWith(secrets, newKey), headers),
        guests: true,
      });
      const token = await tokenOf(OWNER);
      const body = {
        ...{ email: OWNER.email, password: secrets.password, refresh_token: secrets.refresh },
        ...{ token: secrets.field, operator_token: secrets.field, current: secrets.password },
        ...{ challenge: secrets.challenge, code: secrets.recovery, name: 'A name' },
        response: { id: secrets.ours, response: { signature: secrets.signature } },
      };
      const credentials: Record<string, string>[] = [
        { authorization: basic(OWNER.email, secrets.password) },
        bearer(token),
        bearer(secrets.access),
        asOperator,
        bearer(key),
        bearer(`${key}x`),
        { cookie: `mp3_access=${token}; mp3_refresh=${secrets.refresh}; other=${secrets.cookie}` },
        { cookie: `mp3_sign_in=${secrets.attempt}; mp3_passkey=${secrets.attempt}`, accept: 'text/html' },
        { cookie: `mp3_sign_in=${secrets.attempt}; mp3_passkey=${secrets.attempt}` },
      ];
      const ofProvider = `code=${secrets.code}&state=${secrets.state}`;
      const streams: Promise<unknown>[] = [];
      for (const operation of operations(openapi)) {
        const path = urlOf(operation, OWNER.id).replace(`/oidc/${OWNER.id}`, '/oidc/company');
        const url = `${path}?token=${secrets.query}&access_token=${token}&${ofProvider}`;
        const isJson =
          operation.call.headers['content-type'] === undefined && operation.call.body !== undefined;
        for (const given of credentials) {
          const answered = call(operation.method, url, {
            headers: { origin: 'http://gateway.test', ...given },
            ...(isJson && { body }),
          });
          // A stream of events ends with the gateway.
          if (url.includes('/events')) streams.push(answered);
          else await answered;
        }
      }
      stopping.abort();
      await Promise.all(streams);
      const log = lines.text();
      assert.ok(lines.objects().length > 50, 'the gateway logs at all');
      for (const [name, text] of Object.entries({ ...secrets, token, key, newKey, operator: OPERATOR_TOKEN }))
        assert.ok(!log.includes(secretPart(name, text)), `${name} is in the log: ${line(log, text)}`);
    });
  }

  it('has no link of a mail, neither one that works nor one that is refused', async () => {
    const { call, link, lines } = await withMp3();
    const links = [link(), `${link()}x`, link().replace('expires=', 'expires=1')];
    for (const url of links) for (const method of ['GET', 'HEAD', 'POST']) await call(method, url);
    for (const url of links) assert.ok(!lines.text().includes(String(url.split('signature=')[1])));
  });
});

const apiKey = () =>
  composeApiKey({
    id: 'Ab3dEf6hIj9lMn0p',
    secret: randomBytes(64)
      .toString('base64')
      .replace(/[^0-9A-Za-z]/g, '')
      .slice(0, 43),
  });

/** The public part of an API key names it. */
const secretPart = (name: string, text: string): string =>
  /key/i.test(name) ? (parseApiKey(text)?.secret ?? text) : text;

const line = (log: string, text: string): string => log.split('\n').find((one) => one.includes(text)) ?? '';
