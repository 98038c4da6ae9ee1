import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { composeApiKey, parseApiKey, toBase62 } from '../../../../services/shared/contract/api-key.ts';

const PARTS = { id: 'Ab3dEf6hIj9lMn0p', secret: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg' };
const KEY = composeApiKey(PARTS);

describe('composeApiKey', () => {
  it('writes a prefix, the id, and the secret with a checksum', () => {
    assert.match(KEY, /^mp3_Ab3dEf6hIj9lMn0p_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg[0-9A-Za-z]{6}$/);
    assert.deepEqual(parseApiKey(KEY), PARTS);
  });
});

describe('parseApiKey', () => {
  const WRONG: [what: string, text: string][] = [
    ['an empty text', ''],
    ['a key without its last character', KEY.slice(0, -1)],
    ['a key with one more character', `${KEY}0`],
    ['a key with a line break', `${KEY}\n`],
    ['a key with another prefix', KEY.replace('mp3_', 'mp4_')],
    ['a key with another id', KEY.replace('Ab3d', 'Ab3e')],
    ['a key with another secret', KEY.replace('_0', '_1')],
    ['a key with another checksum', KEY.slice(0, -6) + (KEY.endsWith('000000') ? '000001' : '000000')],
    ['a key in capitals', KEY.toUpperCase()],
    ['an access token', 'eyJhbGciOiJFZERTQSJ9.e30.c2ln'],
  ];
  for (const [what, text] of WRONG) {
    it(`refuses ${what}`, () => {
      assert.equal(parseApiKey(text), undefined);
    });
  }
});

describe('toBase62', () => {
  it('writes the lowest digits with leading zeros', () => {
    assert.deepEqual(
      [toBase62(0n, 2), toBase62(61n, 2), toBase62(62n, 2), toBase62(62n ** 2n + 1n, 2)],
      ['00', '0z', '10', '01'],
    );
  });
});
