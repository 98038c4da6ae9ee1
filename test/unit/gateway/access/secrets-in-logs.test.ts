import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
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
  ['breaks off in its sidecar', 500, {}],
];

describe('the log of a gateway', () => {
  for (const [what, status, headers] of AUTHS) {
    it(`has no password, token, cookie or link while auth ${what}`, async () => {
      const secrets = Object.fromEntries(
        ['password', 'access', 'refresh', 'cookie', 'query', 'field'].map((name) => [name, secret()]),
      ) as Record<'password' | 'access' | 'refresh' | 'cookie' | 'query' | 'field', string>;
      const grant = {
        access_token: secrets.access,
        refresh_token: secrets.refresh,
        token_type: 'Bearer',
        expires_in: 9,
      };
      const { call, lines, stopping } = buildGateway({
        auth: () => jsonReply(status, grant, headers),
        guests: true,
      });
      const token = await tokenOf(OWNER);
      const body = {
        ...{ email: OWNER.email, password: secrets.password, refresh_token: secrets.refresh },
        ...{ token: secrets.field, operator_token: secrets.field },
      };
      const credentials: Record<string, string>[] = [
        { authorization: basic(OWNER.email, secrets.password) },
        bearer(token),
        bearer(secrets.access),
        asOperator,
        { cookie: `mp3_access=${token}; mp3_refresh=${secrets.refresh}; other=${secrets.cookie}` },
      ];
      const streams: Promise<unknown>[] = [];
      for (const operation of operations(openapi)) {
        const url = `${urlOf(operation, OWNER.id)}?token=${secrets.query}&access_token=${token}`;
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
      for (const [name, text] of Object.entries({ ...secrets, token, operator: OPERATOR_TOKEN }))
        assert.ok(!log.includes(text), `${name} is in the log: ${line(log, text)}`);
    });
  }

  it('has no link of a mail, neither one that works nor one that is refused', async () => {
    const { call, link, lines } = await withMp3();
    const links = [link(), `${link()}x`, link().replace('expires=', 'expires=1')];
    for (const url of links) for (const method of ['GET', 'HEAD', 'POST']) await call(method, url);
    for (const url of links) assert.ok(!lines.text().includes(String(url.split('signature=')[1])));
  });
});

const line = (log: string, text: string): string => log.split('\n').find((one) => one.includes(text)) ?? '';
