import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';

test('secrets are made once', () => {
  const first = completeSecrets({}, {}, true);
  assert.deepEqual(completeSecrets(first, {}, true), first);
  assert.notDeepEqual(completeSecrets({}, {}, true), first);
});

test('addresses hold the passwords of their servers', () => {
  const { mp3converter, auth, rabbitmq, mongodb, mysql } = completeSecrets({}, {}, true);
  assert.ok(mp3converter?.['rabbitmq-url']?.includes(`:${rabbitmq?.password}@`));
  assert.ok(mp3converter?.['mongodb-url']?.includes(`:${mongodb?.password}@`));
  assert.ok(auth?.['mysql-url']?.includes(`:${mysql?.password}@`));
});

test("the key of MongoDB's set is one that MongoDB takes", () => {
  assert.match(completeSecrets({}, {}, true).mongodb?.key ?? '', /^[A-Za-z0-9+/]{6,1024}$/);
});

test('what is given now wins over what is there', () => {
  const there = { mp3converter: { 'rabbitmq-url': 'amqp://old' } };
  const { mp3converter } = completeSecrets(there, { RABBITMQ_URL: 'amqps://new' }, true);
  assert.equal(mp3converter?.['rabbitmq-url'], 'amqps://new');
});

test('without a mail sink a mail server must be given, once', () => {
  assert.throws(() => completeSecrets({}, {}, false), /SMTP_HOST/);
  const mail = { SMTP_HOST: 'mail.example.com', SMTP_PORT: '587', MAIL_FROM: 'a@example.com' };
  const first = completeSecrets({}, mail, false);
  assert.equal(completeSecrets(first, {}, false).mp3converter?.['smtp-host'], 'mail.example.com');
});

test('a sink that was there before is no mail server', () => {
  assert.throws(() => completeSecrets(completeSecrets({}, {}, true), {}, false), /SMTP_HOST/);
});
