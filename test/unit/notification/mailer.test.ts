import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMailBinding, createMailer } from '../../../services/notification/mailer.ts';
import { StartupRefusal } from '../../../services/shared/runtime/startup-check.ts';

describe('createMailer › the domain of a Message-ID', () => {
  const table: [from: string, domain: string][] = [
    ['mp3converter <mp3converter@localhost>', 'localhost'],
    ['us@example.org', 'example.org'],
    ['"a@b" <us@mail.example.org> ', 'mail.example.org'],
    ['wir@bücher.example', 'xn--bcher-kva.example'],
    ['nobody', 'localhost'],
    ['us@a b', 'localhost'],
  ];
  for (const [from, domain] of table) {
    it(`is ${domain} for the sender ${from}`, async () => {
      const seen: (string | undefined)[] = [];
      const mailer = createMailer(async (_, { messageId }) => void seen.push(messageId), { from });
      await mailer.send({ to: 'a@example.org', subject: '', html: '', text: '', id: '1' });
      assert.deepEqual(seen, [`<mail.1@${domain}>`]);
    });
  }
});

describe('checkMailBinding', () => {
  const { signal } = new AbortController();
  for (const [binding, concurrency, good] of [
    ['bindings.smtp', 1, true],
    ['bindings.smtp', 2, false],
    ['bindings.nodemailer', 4, true],
    ['bindings.SMTP', 2, false],
    [undefined, 4, false],
    [undefined, 1, true],
  ] as const) {
    it(`${good ? 'accepts' : 'refuses'} a concurrency of ${concurrency} over ${binding ?? 'an unknown binding'}`, async () => {
      const check = checkMailBinding(async () => binding, concurrency, signal);
      if (good) await check;
      else await assert.rejects(check, StartupRefusal);
    });
  }
});
