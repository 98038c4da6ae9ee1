import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operatorToken } from '../../../../../services/gateway/cli/failed/operator-token.ts';

const url = 'http://localhost:8080';

describe('operatorToken', () => {
  const GIVEN = { MP3CONVERTER_OPERATOR_TOKEN: 'given' };
  const TOKENS: [url: string, env: NodeJS.ProcessEnv, own: string | undefined, expected: string | RegExp][] =
    [
      [url, {}, 'own', 'own'],
      ['http://127.0.0.1:9000', {}, 'own', 'own'],
      ['http://[::1]:9000', {}, 'own', 'own'],
      [url, GIVEN, 'own', 'given'],
      ['https://mp3.example', GIVEN, 'own', 'given'],
      ['https://mp3.example', {}, 'own', /another machine: set MP3CONVERTER_OPERATOR_TOKEN/],
      ['http://localhost.mp3.example', {}, 'own', /another machine/],
      [url, {}, undefined, /Start the system once with: npm start/],
    ];
  for (const [at, env, own, expected] of TOKENS) {
    const outcome = typeof expected === 'string' ? `returns the token “${expected}”` : `throws ${expected}`;
    const folder = own === undefined ? 'no token in this folder' : 'a token in this folder';
    it(`${outcome} for ${at} with ${JSON.stringify(env)} and ${folder}`, () => {
      const find = () => operatorToken(at, env, () => own);
      if (typeof expected === 'string') assert.equal(find(), expected);
      else assert.throws(find, expected);
    });
  }
});
