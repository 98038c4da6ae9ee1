import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBasic, readBearer } from '../../../services/auth/credentials.ts';
import { isAppError } from '../../../services/shared/runtime/errors.ts';
import { basic } from '../../support/basic-auth.ts';

const encode = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');

const READ: Record<string, [header: string, email: string, password: string]> = {
  'the example of RFC 7617': ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
  'its example in UTF-8': ['Basic dGVzdDoxMjPCow==', 'test', '123£'],
  'a password with colons': [basic('a@example.com', ':b:c:'), 'a@example.com', ':b:c:'],
  'a password of spaces': [basic('a@example.com', '   '), 'a@example.com', '   '],
  'a byte-order mark as a part of the name': [basic('\ufeffa', 'b'), '\ufeffa', 'b'],
  'a password in Latin-1': [`Basic ${encode(Buffer.from('a:pässwörd £', 'latin1'))}`, 'a', 'pässwörd £'],
  'a name in Latin-1': [
    `Basic ${encode(Buffer.from('müller@example.com:x', 'latin1'))}`,
    'müller@example.com',
    'x',
  ],
  'one letter in Latin-1': [`Basic ${encode(Buffer.from([0x61, 0x3a, 0xff]))}`, 'a', 'ÿ'],
  'a euro sign of Windows': [`Basic ${encode(Buffer.from([0x61, 0x3a, 0x80]))}`, 'a', '€'],
  'text in UTF-8 that would be valid in Latin-1': [basic('a', 'Ã©'), 'a', 'Ã©'],
  'a cut sequence of UTF-8 as Latin-1': [`Basic ${encode(Buffer.from([0x61, 0x3a, 0xc3]))}`, 'a', 'Ã'],
  'an empty password': [basic('a@example.com', ''), 'a@example.com', ''],
  'a scheme in mixed case': [`bAsIc ${encode('a:b')}`, 'a', 'b'],
};

const REFUSED: Record<string, string> = {
  'a missing header': '',
  'the scheme alone': 'Basic',
  'another scheme': `Bearer ${encode('a:b')}`,
  'credentials without a colon': `Basic ${encode('ab')}`,
  'text that is not base64': 'Basic a:b',
  'two credentials': `Basic ${encode('a:b')} ${encode('c:d')}`,
};

for (const [name, [header, email, password]] of Object.entries(READ)) {
  test(`readBasic reads ${name}`, () => assert.deepEqual(readBasic(header), { email, password }));
}

for (const [name, header] of Object.entries(REFUSED)) {
  test(`readBasic refuses ${name}`, () => {
    assert.throws(
      () => readBasic(header),
      (error) =>
        isAppError(error, 'invalid_credentials') &&
        error.headers['WWW-Authenticate'] === 'Basic realm="mp3converter", charset="UTF-8"',
    );
  });
}

test('readBearer reads the token', () =>
  assert.equal(readBearer('bearer abc.DEF-1_2~+/='), 'abc.DEF-1_2~+/='));

for (const header of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer a,b', 'abc.def.ghi']) {
  test(`readBearer refuses «${header}»`, () => {
    assert.throws(
      () => readBearer(header),
      (error) =>
        isAppError(error, 'invalid_token') &&
        error.headers['WWW-Authenticate'] === 'Bearer error="invalid_token"',
    );
  });
}
