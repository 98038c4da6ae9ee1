import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEmailAddress, emailKey, isEmailAddress } from '../../../services/auth/email-address.ts';
import { mp3Event } from '../../../services/shared/contract/events.ts';
import { isAppError } from '../../../services/shared/runtime/errors.ts';

const label63 = 'd'.repeat(63);
const long = (length: number) =>
  `${'l'.repeat(64)}@${`${label63}.`.repeat(3)}`.slice(0, length - 4).concat('.com');

const ACCEPTED = [
  'ann@example.com',
  'Ann.Lee+films@Mail.Example.co.uk',
  'a@b.io',
  '_x_-y@1st-host.example.org',
  `${'l'.repeat(64)}@example.com`,
  `ann@${label63}.com`,
  long(254),
];

const REFUSED: Record<string, string> = {
  'two recipients, as the mail binding reads them': 'ann@example.com;eve@example.com',
  'a comma': 'ann@example.com,eve@example.com',
  'a display name': 'Ann <ann@example.com>',
  'angle brackets': '<ann@example.com>',
  'a header': 'ann@example.com\r\nBcc: eve@example.com',
  'a line break at the end': 'ann@example.com\n',
  'a space in front': ' ann@example.com',
  'a space inside': 'an n@example.com',
  'a NUL': 'ann\u0000@example.com',
  'a DEL': 'ann\u007f@example.com',
  'a quoted local part': '"ann;eve"@example.com',
  'an apostrophe': "o'brien@example.com",
  'a comment': 'ann(x)@example.com',
  'a source route': '@evil.example:ann@example.com',
  'a percent route': 'ann%evil.example@example.com',
  'a backslash': 'ann\\@example.com',
  'a letter beyond ASCII': 'änn@example.com',
  'a domain beyond ASCII': 'ann@exämple.com',
  'a full-width at sign': 'ann＠example.com',
  'a right-to-left mark': 'ann\u200f@example.com',
  'a missing at sign': 'ann.example.com',
  'two at signs': 'ann@x@example.com',
  'a missing local part': '@example.com',
  'a missing domain': 'ann@',
  'a domain without a dot': 'ann@localhost',
  'an address literal': 'ann@[127.0.0.1]',
  'an IP address': 'ann@127.0.0.1',
  'a leading dot': '.ann@example.com',
  'a dot before the at sign': 'ann.@example.com',
  'two dots': 'an..n@example.com',
  'two dots in the domain': 'ann@example..com',
  'a dot at the end': 'ann@example.com.',
  'a hyphen at the start of a label': 'ann@-example.com',
  'a hyphen at the end of a label': 'ann@example-.com',
  'a local part of 65 characters': `${'l'.repeat(65)}@example.com`,
  'a label of 64 characters': `ann@d${label63}.com`,
  'an address of 255 characters': long(255),
  'an empty address': '',
};

for (const address of ACCEPTED) {
  test(`checkEmailAddress accepts ${address.slice(0, 40)} (${address.length} characters)`, () => {
    checkEmailAddress(address);
    assert.ok(
      mp3Event.shape.email.safeParse(address).success,
      'the event that causes its mail must accept it',
    );
  });
}

for (const [name, address] of Object.entries(REFUSED)) {
  test(`checkEmailAddress refuses ${name}`, () => {
    assert.equal(isEmailAddress(address), false);
    assert.throws(
      () => checkEmailAddress(address),
      (error) => isAppError(error, 'invalid_email'),
    );
  });
}

test('emailKey is the same for addresses that differ only in case', () => {
  assert.equal(emailKey('Ann@Example.COM'), emailKey('ann@example.com'));
});
