import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkPassword } from '../../../../services/auth/accounts/password-rules.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';

const LIST = new URL('../../../../services/auth/accounts/common-passwords.txt', import.meta.url);
const EMAIL = 'ann.lee@example.com';

const ACCEPTED: Record<string, string> = {
  'a phrase': 'correct horse battery staple',
  'colons, as HTTP Basic allows after the first': 'a:b:c:d:e:f',
  'eight characters': 'tr0ub4d&',
  'eight characters beyond ASCII': 'žluťoučk',
  'eight emoji': '🐴🔋📎✅🎬🎧🎵📼',
  '128 characters': 'ab'.repeat(64),
  '128 characters of four bytes': '🐴🔋'.repeat(64),
  '128 characters in their decomposed form': 'e\u0301a\u0301'.repeat(64),
  'spaces around it': '  lots of room  ',
};

const REFUSED: Record<string, string> = {
  'an empty password': '',
  'seven characters': 'tr0ub4d',
  'seven emoji, though 14 UTF-16 units': '🐴🔋📎✅🎬🎧🎵',
  'four letters with four combining accents, which are one character each': 'e\u0301'.repeat(4),
  '129 characters': `${'ab'.repeat(64)}c`,
  'the name of this service': 'mp3converter',
  'the name of this service with a number': 'MP3-Converter2026!',
  'a common password of eight letters': 'Baseball',
  'one character over and over': 'aaaaaaaaaaaaaaa',
  'the address': EMAIL,
  'the address in capitals': EMAIL.toUpperCase(),
  'a common password': 'password123',
  'a common password in capitals': 'QWERTYUIOP',
  'a line break, which HTTP Basic cannot carry': 'correct\nhorse battery',
  'a NUL': 'correct\u0000horse battery',
  'half a surrogate pair': 'correct horse \ud83d',
};

test('checkPassword advises 15 characters in the answer to a short password', () => {
  assert.throws(() => checkPassword('tr0ub4d', EMAIL), /at least 8 characters, and 15 are better/);
});

test('checkPassword refuses each of the 10,000 commonest passwords that are long enough, in capitals too', () => {
  const lines = readFileSync(LIST, 'utf8').trimEnd().split('\n');
  assert.ok(lines.length >= 10_000);
  for (const password of lines) {
    assert.ok(password.length >= 8 && password === password.toLowerCase(), password);
    for (const form of [password, password.toUpperCase()])
      assert.throws(() => checkPassword(form, EMAIL), { code: 'weak_password' }, form);
  }
});

for (const [name, password] of Object.entries(ACCEPTED)) {
  test(`checkPassword accepts ${name}`, () => checkPassword(password, EMAIL));
}

for (const [name, password] of Object.entries(REFUSED)) {
  test(`checkPassword refuses ${name}`, () => {
    assert.throws(
      () => checkPassword(password, EMAIL),
      (error) => isAppError(error, 'weak_password') && (password === '' || !error.message.includes(password)),
    );
  });
}
