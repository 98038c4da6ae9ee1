import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';

describe('completeSecrets', () => {
  it('generates a secret once and then keeps it', () => {
    const first = completeSecrets({}, {}, true);
    assert.deepEqual(completeSecrets(first, {}, true), first);
    assert.notDeepEqual(completeSecrets({}, {}, true), first);
  });

  it('puts the passwords of the servers into their URLs', () => {
    const { mp3converter, auth, rabbitmq, mongodb, mysql } = completeSecrets({}, {}, true);
    assert.ok(mp3converter?.['rabbitmq-url']?.includes(`:${rabbitmq?.password}@`));
    assert.ok(mp3converter?.['mongodb-url']?.includes(`:${mongodb?.password}@`));
    assert.ok(auth?.['mysql-url']?.includes(`:${mysql?.password}@`));
  });

  it('generates a key in the format that a MongoDB replica set requires', () => {
    assert.match(completeSecrets({}, {}, true).mongodb?.key ?? '', /^[A-Za-z0-9+/]{6,1024}$/);
  });

  it('prefers a given value to an existing one', () => {
    const existing = { mp3converter: { 'rabbitmq-url': 'amqp://old' } };
    const { mp3converter } = completeSecrets(existing, { RABBITMQ_URL: 'amqps://new' }, true);
    assert.equal(mp3converter?.['rabbitmq-url'], 'amqps://new');
  });

  it('requires a mail server once when the overlay has no mail sink', () => {
    assert.throws(() => completeSecrets({}, {}, false), /SMTP_HOST/);
    const mail = { SMTP_HOST: 'mail.example.com', SMTP_PORT: '587', MAIL_FROM: 'a@example.com' };
    const first = completeSecrets({}, mail, false);
    assert.equal(completeSecrets(first, {}, false).mp3converter?.['smtp-host'], 'mail.example.com');
  });

  it('does not keep the address of a mail sink when the overlay has none', () => {
    assert.throws(() => completeSecrets(completeSecrets({}, {}, true), {}, false), /SMTP_HOST/);
  });
});
