import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMailBinding } from '../../../services/notification/mailer.ts';
import { StartupRefusal } from '../../../services/shared/runtime/startup-check.ts';

const { signal } = new AbortController();

for (const [binding, concurrency, good] of [
  ['bindings.smtp', 1, true],
  ['bindings.smtp', 2, false],
  ['bindings.nodemailer', 4, true],
  ['bindings.SMTP', 2, false],
  [undefined, 4, false],
  [undefined, 1, true],
] as const) {
  test(`${concurrency} mails at once over ${binding} are ${good ? 'sent' : 'refused'}`, async () => {
    const proof = checkMailBinding(async () => binding, concurrency, signal);
    if (good) await proof;
    else await assert.rejects(proof, StartupRefusal);
  });
}
