import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cleanName } from '../../../../services/gateway/uploads/file-name.ts';
import { form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

const NAMES: [what: string, given: string, kept: string][] = [
  ['an ordinary name', 'Ferien 2024.mp4', 'Ferien 2024.mp4'],
  ['a name in other scripts', 'фильм 映画 é.mp4', 'фильм 映画 é.mp4'],
  ['an emoji', '🎬🍿.mkv', '🎬🍿.mkv'],
  ['a path', '/etc/passwd', 'passwd'],
  ['a relative path upwards', '../../../root/.ssh/id_rsa', 'id_rsa'],
  ['a Windows path', 'C:\\Users\\ann\\film.avi', 'film.avi'],
  ['a path that ends in a folder', 'films/', 'video'],
  ['a null byte', 'film.mp4\0.txt', 'film.mp4.txt'],
  ['a line break, as in a header', 'a\r\nBcc: eve@example.com', 'aBcc: eve@example.com'],
  ['a terminal escape sequence', '\u001b[31mred', '[31mred'],
  ['reversed text (U+202E)', 'film\u202e4pm.exe', 'film4pm.exe'],
  ['a line separator', 'a\u2028b', 'ab'],
  ['half a surrogate pair', 'a\ud83d', 'a'],
  ['HTML, which is escaped only where it is shown,', '<b>"&\'', '<b>"&\''],
  ['a name that a store could execute', '$etag', '$etag'],
  ['an empty name', '', 'video'],
  ['only spaces', '   ', 'video'],
  ['only control characters', '\0\u0001', 'video'],
  ['only joiners', '\u200d\u200c', 'video'],
  ['joiners in an emoji', '👩\u200d👩\u200d👧.mp4', '👩\u200d👩\u200d👧.mp4'],
  ['a non-joiner in Persian', 'می\u200cخواهم.mp4', 'می\u200cخواهم.mp4'],
  ['a joiner in Sinhala', 'ශ්\u200dරී.mp4', 'ශ්\u200dරී.mp4'],
  ['a joiner between controls', 'क\u202e\u200d\u2066ष.mp4', 'क\u200dष.mp4'],
  ['bidirectional isolates and marks', '\u2066a\u2069\u200e\u200fb\u061c.mp4', 'ab.mp4'],
  ['a soft hyphen, a byte-order mark and a word joiner', 'a\u00ad\ufeff\u2060b.mp4', 'ab.mp4'],
  ['a name of too many bytes', '🎬'.repeat(500), '🎬'.repeat(63)],
  ['a name of too many letters', `${'é'.repeat(200)}.MP4`, `${'é'.repeat(125)}.MP4`],
  ['a name of just 255 bytes', `${'a'.repeat(251)}.mp4`, `${'a'.repeat(251)}.mp4`],
  ['a name of 256 bytes', `${'a'.repeat(252)}.mp4`, `${'a'.repeat(251)}.mp4`],
  ['a long name whose last dot is no extension', `${'a'.repeat(300)}. 2`, 'a'.repeat(255)],
  [
    'a long name of emoji in several parts',
    '👨\u200d👩\u200d👧\u200d👦'.repeat(20),
    '👨\u200d👩\u200d👧\u200d👦'.repeat(10),
  ],
  ['a long name of letters with marks', 'e\u0301'.repeat(200), 'e\u0301'.repeat(85)],
  ['one letter with too many marks', `a${'\u0301'.repeat(200)}`, `a${'\u0301'.repeat(127)}`],
];

describe('cleanName', () => {
  for (const [what, given, kept] of NAMES)
    test(`turns ${what} into ${JSON.stringify(kept.slice(0, 30))}`, () =>
      assert.equal(cleanName(given), kept));
});

const nameOf = async (query: string, call: Parameters<ReturnType<typeof buildGateway>['call']>[2]) => {
  const gateway = buildGateway();
  const { status } = await gateway.call('POST', `/upload${query}`, call);
  assert.equal(status, 202);
  return (await gateway.jobs.get(gateway.publishedVideos[0]?.id ?? '')).document.filename;
};

describe('POST /upload, with a raw body', () => {
  const raw = { headers: { ...asOwner, 'content-type': 'video/mp4' }, body: mp4(500) };
  for (const [what, given, kept] of NAMES.filter(([, given]) => given.isWellFormed())) {
    test(`takes the file name from ?filename= and cleans ${what}`, async () => {
      assert.equal(await nameOf(`?filename=${encodeURIComponent(given)}`, raw), kept);
    });
  }
  test('accepts a request without ?filename=', async () => assert.equal(await nameOf('', raw), 'video'));
  test('accepts a name in broken UTF-8', async () =>
    assert.equal(await nameOf('?filename=%ff%fe.mp4', raw), '\ufffd\ufffd.mp4'));
});

describe('POST /upload, with a form', () => {
  // The forms in which browsers, curl and other clients send a name.
  const FORMS: [what: string, disposition: string, kept: string][] = [
    ['in UTF-8 (RFC 7578 5.1)', '; filename="фильм é🎬.mp4"', 'фильм é🎬.mp4'],
    ['with a quotation mark escaped as browsers do', '; filename="a%22b.mp4"', 'a"b.mp4'],
    ['with a quotation mark escaped by a backslash', '; filename="a\\"b.mp4"', 'a"b.mp4'],
    ['with quotation marks all around', '; filename="\\"a\\".mp4"', '"a".mp4'],
    ['with a quotation mark before a semicolon', '; filename="a\\"; x=\\"b.mp4"', 'a"; x="b.mp4'],
    ['with an apostrophe', '; filename="o\'brien.mp4"', "o'brien.mp4"],
    ['with a quotation mark in the extended form', "; filename*=UTF-8''a%22b.mp4", 'a"b.mp4'],
    ['with joiners', '; filename="می\u200cخواهم.mp4"', 'می\u200cخواهم.mp4'],
    ['without quotes', '; filename=a.mp4', 'a.mp4'],
    ['with a semicolon', '; filename="a; b.mp4"', 'a; b.mp4'],
    ['as a path', '; filename="../../etc/passwd"', 'passwd'],
    ['twice, plain and extended (RFC 6266)', `; filename="a.mp4"; filename*=UTF-8''%C3%A9.mp4`, 'a.mp4'],
    ['only extended (RFC 5987)', `; filename*=UTF-8''%E2%82%AC%20rates.mp4`, '€ rates.mp4'],
    ['extended in broken UTF-8', `; filename*=UTF-8''%E2%82.mp4`, '\ufffd.mp4'],
    ['as empty text', '; filename=""', 'video'],
  ];
  for (const [what, disposition, kept] of FORMS) {
    test(`takes a file name that is given ${what}`, async () => {
      const body = form([part('file', mp4(500), disposition, ['Content-Type: video/mp4'])]);
      assert.equal(await nameOf('', { headers: { ...asOwner, ...formType }, body }), kept);
    });
  }
});
