import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPassword } from '../../../../services/auth/accounts/password-rules.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';

const EMAIL = 'ann.lee@example.com';

const ACCEPTED: Record<string, string> = {
  'a phrase': 'correct horse battery staple',
  'colons, as HTTP Basic allows after the first': 'a:b:c:d:e:f',
  'ten characters': 'tr0ub4dor&',
  'ten characters beyond ASCII': 'žluťoučkýk',
  'ten emoji': '🐴🔋📎✅🎬🎧🎵📼🎞️💾',
  '1024 bytes': 'ab'.repeat(512),
  'spaces around it': '  lots of room  ',
};

const REFUSED: Record<string, string> = {
  'an empty password': '',
  'nine characters': 'tr0ub4dor',
  'nine emoji, though 18 UTF-16 units': '🐴🔋📎✅🎬🎧🎵📼💾',
  '1025 bytes': `${'ab'.repeat(512)}c`,
  '1024 characters of two bytes': 'éà'.repeat(512),
  'one character over and over': 'aaaaaaaaaaaaaaa',
  'the address': EMAIL,
  'the address in capitals': EMAIL.toUpperCase(),
  'a common password': 'password123',
  'a common password in capitals': 'QWERTYUIOP',
  'a line break, which HTTP Basic cannot carry': 'correct\nhorse battery',
  'a NUL': 'correct\u0000horse battery',
  'half a surrogate pair': 'correct horse \ud83d',
};

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
