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

describe('messageFrom', () => {
  it('makes a mail with every field of a request', () => {
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

  it('takes missing and empty fields from the component’s settings, and nothing from the request before', () => {
    const own = settings({ emailCC: 'all@example.org', subject: 'news', priority: '5' });
    messageFrom(request({ emailCC: 'c@example.org', emailBCC: 'd@example.org', priority: '1' }), own);
    const { subject, cc, bcc, headers } = messageFrom(request({ emailCC: '', subject: '' }), own);
    assert.deepEqual([subject, cc, bcc], ['news', [{ name: '', address: 'all@example.org' }], []]);
    assert.deepEqual(headers, { 'X-Priority': '5', 'Auto-Submitted': 'auto-generated' });
  });
});

describe('the HTML of a mail', () => {
  const table: [name: string, data: string, html: string][] = [
    ['is parsed from JSON, the format of the HTTP API', JSON.stringify('<p>"ö"\n'), '<p>"ö"\n'],
    ['is the bytes as given, the format of the gRPC API', '<p>"ö"\n', '<p>"ö"\n'],
    ['is the bytes when they only begin like JSON', '"a" and "b"', '"a" and "b"'],
    ['is the bytes when they only end like JSON', 'say "a"', 'say "a"'],
    ['is empty when the request has no data', '', ''],
  ];
  for (const [name, data, html] of table) {
    it(name, () => assert.equal(messageFrom(request({}, data), settings()).html, html));
  }
});

describe('listUnsubscribe', () => {
  for (const [listUnsubscribe, names] of [
    ['mailto:no@example.org', ['X-Priority', 'Auto-Submitted', 'List-Unsubscribe']],
    ['https://example.org/no', ['X-Priority', 'Auto-Submitted', 'List-Unsubscribe', 'List-Unsubscribe-Post']],
  ] as const) {
    it(`${listUnsubscribe} adds the header fields ${names.slice(2).join(' and ')}`, () => {
      const { headers } = messageFrom(request(), settings({ listUnsubscribe }));
      assert.deepEqual(Object.keys(headers ?? {}), names);
    });
  }
});

describe('a bad field of a request', () => {
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
    it(`is refused and named: ${field} ${JSON.stringify(value)}`, () => {
      assert.throws(() => messageFrom(request({ [field]: value }), settings()), {
        code: status.INVALID_ARGUMENT,
        message: new RegExp(`^${field}: `),
      });
    });
  }
});
