import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { messageFrom } from '../../../components/mail/nodemailer/message.ts';
import { readSettings } from '../../../components/mail/nodemailer/settings.ts';

const settings = (more: Record<string, string> = {}) =>
  readSettings({ host: 'localhost', port: '25', ...more });
const request = (metadata: Record<string, string> = {}, data = '<p>hello') => ({
  data: Buffer.from(data),
  operation: 'create',
  metadata: { emailFrom: 'us@example.org', emailTo: 'a@example.org', subject: 'hello', ...metadata },
});

it('a request becomes a mail', () => {
  const fields = {
    emailFrom: '"us, all" <us@example.org>',
    emailTo: 'a@example.org; b <b@example.org>',
    emailCC: 'c@example.org',
    emailBCC: 'd@example.org',
    priority: '1',
    text: 'hello\nyou',
    messageId: '<mail.1.1@example.org>',
    traceparent: '00-0-0-00',
  };
  assert.deepEqual(messageFrom(request(fields), settings()), {
    from: { name: 'us, all', address: 'us@example.org' },
    to: [
      { name: '', address: 'a@example.org' },
      { name: 'b', address: 'b@example.org' },
    ],
    cc: [{ name: '', address: 'c@example.org' }],
    bcc: [{ name: '', address: 'd@example.org' }],
    subject: 'hello',
    html: '<p>hello',
    text: 'hello\nyou',
    messageId: '<mail.1.1@example.org>',
    headers: { 'X-Priority': '1', 'Auto-Submitted': 'auto-generated' },
    attachDataUrls: false,
  });
});

it('what a request does not say, or says empty, is the component’s, and nothing is another request’s', () => {
  const own = settings({ emailCC: 'all@example.org', subject: 'news', priority: '5' });
  messageFrom(request({ emailCC: 'c@example.org', emailBCC: 'd@example.org', priority: '1' }), own);
  const { subject, cc, bcc, headers } = messageFrom(request({ emailCC: '', subject: '' }), own);
  assert.deepEqual([subject, cc, bcc], ['news', [{ name: '', address: 'all@example.org' }], []]);
  assert.deepEqual(headers, { 'X-Priority': '5', 'Auto-Submitted': 'auto-generated' });
});

describe('the body is what was given', () => {
  const table: [name: string, data: string, html: string][] = [
    ['as JSON, from the HTTP API', JSON.stringify('<p>"ö"\n'), '<p>"ö"\n'],
    ['as bytes, from the gRPC API', '<p>"ö"\n', '<p>"ö"\n'],
    ['bytes that begin like JSON', '"a" and "b"', '"a" and "b"'],
    ['bytes that end like JSON', 'say "a"', 'say "a"'],
    ['nothing', '', ''],
  ];
  for (const [name, data, html] of table) {
    it(name, () => assert.equal(messageFrom(request({}, data), settings()).html, html));
  }
});

describe('where to unsubscribe', () => {
  for (const [listUnsubscribe, names] of [
    ['mailto:no@example.org', ['X-Priority', 'Auto-Submitted', 'List-Unsubscribe']],
    ['https://example.org/no', ['X-Priority', 'Auto-Submitted', 'List-Unsubscribe', 'List-Unsubscribe-Post']],
  ] as const) {
    it(`${listUnsubscribe}: ${names.at(-1)}`, () => {
      const { headers } = messageFrom(request(), settings({ listUnsubscribe }));
      assert.deepEqual(Object.keys(headers ?? {}), names);
    });
  }
});

describe('a request that is refused, and by its name', () => {
  const table: [field: string, value: string][] = [
    ['emailTo', ''],
    ['emailTo', 'nobody'],
    ['emailTo', 'a@example.org,b@example.org'],
    ['emailTo', 'a@example.org b@example.org'],
    ['emailTo', 'all: a@example.org, b@example.org;'],
    ['emailTo', 'a@example.org\r\nBcc: b@example.org'],
    ['emailTo', 'a@b@example.org'],
    ['emailTo', '<a@example.org>\0'],
    ['emailCC', '"a@example.org, b"'],
    ['emailBCC', 'a@example.org\nX: y'],
    ['emailFrom', 'us@example.org;you@example.org'],
    ['emailFrom', 'us <us@example.org>\u0085X: y'],
    ['subject', 'hello\r\nBcc: b@example.org'],
    ['subject', 'a\tb'],
    ['priority', '6'],
    ['priority', '1\r\nX: y'],
    ['messageId', 'mail.1@example.org'],
    ['messageId', '<a@b>\r\nX: y'],
    ['messageId', '<a b@c>'],
    ['messageId', '<a@b><c@d>'],
  ];
  for (const [field, value] of table) {
    it(`${field} ${JSON.stringify(value)}`, () => {
      assert.throws(() => messageFrom(request({ [field]: value }), settings()), {
        code: status.INVALID_ARGUMENT,
        message: new RegExp(`^${field}: `),
      });
    });
  }
});
