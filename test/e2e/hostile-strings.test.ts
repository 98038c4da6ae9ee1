import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Mp3Event } from '../../services/shared/contract/events.ts';
import { signMessage } from '../../services/shared/contract/signed-message.ts';
import { mailTo } from '../support/client.ts';
import { startEventRecorder } from '../support/event-recorder.ts';
import { HOSTILE_STRINGS } from '../support/hostile-strings.ts';
import { eventSecretsOf, systemsUnderTest, unsignedSidecar } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

/** Characters of a text. A message of JetStream may have 64 KiB, and each character may be escaped twice on its way. */
const MAX_LENGTH = 500;

/** What the owner of a job is told, with the text in every field that is text. */
const outcome = (text: string, email: string): Mp3Event => ({
  job_id: randomUUID(),
  trace_id: text,
  run: 1,
  status: 'failed',
  email,
  filename: text,
  mp3: null,
  warnings: [{ code: text, detail: text }],
  error: { code: text, detail: text },
  expires_at: '2126-01-02T03:04:05.000Z',
});

for (const system of systemsUnderTest().filter(({ replaced }) => replaced.length === 0)) {
  describe(`hostile texts over ${system.name}`, () => {
    it('come from the broker byte for byte, and each is mailed to its owner alone', async () => {
      const secrets = eventSecretsOf(system);
      const { publish, close } = unsignedSidecar(system);
      await using recorder = await startEventRecorder(system, ['mp3']);
      try {
        const first = signMessage('mp3', { job_id: 'no id' }, secrets);
        await waitFor('the subscription', async () => {
          await publish('mp3', first);
          return recorder.seen.length > 0;
        });
        const sent = Object.entries(HOSTILE_STRINGS).map(([what, whole]) => {
          const text = whole.slice(0, MAX_LENGTH);
          const email = `owner-${randomUUID()}@example.com`;
          return { what, text, email, data: signMessage('mp3', outcome(text, email), secrets) };
        });
        for (const { data } of sent) await publish('mp3', data);
        for (const { what, text, email, data } of sent) {
          const found = await waitFor(what, async () =>
            recorder.seen.find(({ event }) => event.data.signature === data.signature),
          );
          assert.deepEqual(found?.event.data, data, what);
          const { job_id, ...fields } = JSON.parse(found?.event.data.payload);
          assert.deepEqual({ ...outcome(text, email), job_id }, { job_id, ...fields }, what);
          const mail = await mailTo(system.mailUrl, email);
          assert.doesNotMatch(mail.subject, /[\r\n]/, what);
          assert.doesNotMatch(mail.html, /<script/i, what);
          const recipients = (mail.to ?? []).map(({ address }: { address: string }) => address);
          assert.deepEqual(recipients, [email], what);
        }
      } finally {
        await close();
      }
    });
  });
}
