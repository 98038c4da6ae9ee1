import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cleanName } from '../../../../services/gateway/uploads/file-name.ts';
import { form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

const NAMES: [what: string, given: string, kept: string][] = [
  ['an ordinary name', 'Ferien 2024.mp4', 'Ferien 2024.mp4'],
  ['another script', 'фильм 映画 é.mp4', 'фильм 映画 é.mp4'],
  ['an emoji', '🎬🍿.mkv', '🎬🍿.mkv'],
  ['a path', '/etc/passwd', 'passwd'],
  ['a path upwards', '../../../root/.ssh/id_rsa', 'id_rsa'],
  ['a path of Windows', 'C:\\Users\\ann\\film.avi', 'film.avi'],
  ['a folder alone', 'films/', 'video'],
  ['a null byte', 'film.mp4\0.txt', 'film.mp4.txt'],
  ['a line break, as in a header', 'a\r\nBcc: eve@example.com', 'aBcc: eve@example.com'],
  ['an escape of a terminal', '\u001b[31mred', '[31mred'],
  ['text turned round (U+202E)', 'film\u202e4pm.exe', 'film4pm.exe'],
  ['a line separator', 'a\u2028b', 'ab'],
  ['half of a surrogate pair', 'a\ud83d', 'a'],
  ['HTML, which stays as it is: whoever shows it escapes it', '<b>"&\'', '<b>"&\''],
  ['what a store could execute', '$etag', '$etag'],
  ['nothing', '', 'video'],
  ['spaces', '   ', 'video'],
  ['control characters alone', '\0\u0001', 'video'],
  ['a name that is too long', '🎬'.repeat(500), '🎬'.repeat(200)],
];

describe("a file's name is kept clean:", () => {
  for (const [what, given, kept] of NAMES) test(what, () => assert.equal(cleanName(given), kept));
});

const nameOf = async (query: string, call: Parameters<ReturnType<typeof buildGateway>['call']>[2]) => {
  const gateway = buildGateway();
  const { status } = await gateway.call('POST', `/upload${query}`, call);
  assert.equal(status, 202);
  return (await gateway.jobs.get(gateway.publishedVideos[0]?.id ?? '')).document.filename;
};

describe('the name of a raw body', () => {
  const raw = { headers: { ...asOwner, 'content-type': 'video/mp4' }, body: mp4(500) };
  for (const [what, given, kept] of NAMES.filter(([, given]) => given.isWellFormed())) {
    test(`is that of ?filename=: ${what}`, async () => {
      assert.equal(await nameOf(`?filename=${encodeURIComponent(given)}`, raw), kept);
    });
  }
  test('may be left out', async () => assert.equal(await nameOf('', raw), 'video'));
  test('may be broken UTF-8', async () =>
    assert.equal(await nameOf('?filename=%ff%fe.mp4', raw), '\ufffd\ufffd.mp4'));
});

describe('the name of a file in a form', () => {
  // What browsers, curl and others make of a name that is not plain ASCII.
  const FORMS: [what: string, disposition: string, kept: string][] = [
    ['in UTF-8 (RFC 7578 5.1)', '; filename="фильм é🎬.mp4"', 'фильм é🎬.mp4'],
    ['with a quotation mark escaped as browsers do', '; filename="a%22b.mp4"', 'a"b.mp4'],
    ['without quotes', '; filename=a.mp4', 'a.mp4'],
    ['with a semicolon', '; filename="a; b.mp4"', 'a; b.mp4'],
    ['as a path', '; filename="../../etc/passwd"', 'passwd'],
    ['twice, plain and extended (RFC 6266)', `; filename="a.mp4"; filename*=UTF-8''%C3%A9.mp4`, 'a.mp4'],
    ['extended alone (RFC 5987)', `; filename*=UTF-8''%E2%82%AC%20rates.mp4`, '€ rates.mp4'],
    ['extended and broken', `; filename*=UTF-8''%E2%82.mp4`, '\ufffd.mp4'],
    ['empty', '; filename=""', 'video'],
  ];
  for (const [what, disposition, kept] of FORMS) {
    test(`is as it was given ${what}`, async () => {
      const body = form([part('file', mp4(500), disposition, ['Content-Type: video/mp4'])]);
      assert.equal(await nameOf('', { headers: { ...asOwner, ...formType }, body }), kept);
    });
  }
});
