import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emailKey,
  parseEmailAddress,
  requireEmailAddress,
} from '../../../../services/auth/accounts/email-address.ts';
import { isOneRecipient } from '../../../../services/notification/mailer.ts';
import { mp3Event } from '../../../../services/shared/contract/events.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';

const label63 = 'd'.repeat(63);
const long = (length: number) =>
  `${'l'.repeat(64)}@${`${label63}.`.repeat(3)}`.slice(0, length - 4).concat('.com');

/** Addresses that are accepted as they are. */
const ACCEPTED = [
  'ann@example.com',
  'Ann.Lee+films@Mail.Example.co.uk',
  'a@b.io',
  '_x_-y@1st-host.example.org',
  "o'brien@example.com",
  "d'arcy.o'neil+films@example.co.uk",
  "'quoted'@example.com",
  "ann'@example.com",
  'r&d@example.com',
  'bounce+ann=example.com@lists.example.org',
  'ann@xn--mnchen-3ya.de',
  'ann@xn--e1afmkfd.xn--p1ai',
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
  'a comment': 'ann(x)@example.com',
  'a source route': '@evil.example:ann@example.com',
  'a percent route': 'ann%evil.example@example.com',
  'a backslash': 'ann\\@example.com',
  'a letter beyond ASCII': 'änn@example.com',
  'a bang path': 'host!ann@example.com',
  'a pipe': '|mail@example.com',
  'a path': '/tmp/ann@example.com',
  'a domain beyond ASCII with a path': 'ann@exämple.com/x',
  'a domain beyond ASCII with an escape': 'ann@ex%61mplé.com',
  'a domain beyond ASCII with a port': 'ann@exämple.com:25',
  'a domain beyond ASCII with a separator': 'ann@exämple.com;eve',
  'a domain beyond ASCII with a full-width separator': 'ann@exämple.com；eve',
  'a domain beyond ASCII without a dot': 'ann@exämple',
  'a domain beyond ASCII with a dot at the end': 'ann@exämple.com.',
  'a domain with a mark that turns text around': 'ann@ex\u202eämple.com',
  'an IP address in full-width digits': 'ann@１２７.0.0.1',
  'a label that is too long in ASCII': `ann@${'ä'.repeat(63)}.com`,
  'a local part beyond ASCII with a domain beyond ASCII': 'müller@münchen.de',
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

/** Addresses whose domain is beyond ASCII, and what becomes of them. */
const NORMALIZED: Record<string, string> = {
  'ann@münchen.de': 'ann@xn--mnchen-3ya.de',
  'Ann@MÜNCHEN.de': 'Ann@xn--mnchen-3ya.de',
  'ivan@пример.рф': 'ivan@xn--e1afmkfd.xn--p1ai',
  'yuki@例え.テスト': 'yuki@xn--r8jz45g.xn--zckzah',
  "o'brien@éire.example": "o'brien@xn--ire-9la.example",
  'ann@straße.de': 'ann@xn--strae-oqa.de',
  'ann@mail.bücher.example': 'ann@mail.xn--bcher-kva.example',
  'ann@ｅxample.com': 'ann@example.com',
  'ann@exämple。com': 'ann@xn--exmple-cua.com',
};

for (const address of ACCEPTED) {
  test(`requireEmailAddress accepts ${address.slice(0, 40)} (${address.length} characters)`, () => {
    assert.equal(requireEmailAddress(address), address);
    assert.ok(
      mp3Event.shape.email.safeParse(address).success,
      'the event that causes its mail must accept it',
    );
    assert.ok(isOneRecipient(address), 'the mailer must accept it');
  });
}

for (const [given, address] of Object.entries(NORMALIZED)) {
  test(`requireEmailAddress turns ${given} into ${address}`, () => {
    assert.equal(requireEmailAddress(given), address);
    assert.equal(requireEmailAddress(address), address);
  });
}

for (const [name, address] of Object.entries(REFUSED)) {
  test(`requireEmailAddress refuses ${name}`, () => {
    assert.equal(parseEmailAddress(address), undefined);
    assert.throws(
      () => requireEmailAddress(address),
      (error) => isAppError(error, 'invalid_email'),
    );
  });
}

test('requireEmailAddress says that a name beyond ASCII is the reason', () => {
  assert.throws(
    () => requireEmailAddress('müller@example.com'),
    /before the @ may have letters of ASCII only/,
  );
});

test('emailKey is the same for addresses that differ only in case', () => {
  assert.equal(emailKey('Ann@Example.COM'), emailKey('ann@example.com'));
});
