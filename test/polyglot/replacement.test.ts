import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { which } from '../../deploy/process/which.ts';
import type { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';
import type { Mp3Event } from '../../services/shared/contract/events.ts';
import { signMessage } from '../../services/shared/contract/signed-message.ts';
import { mailsTo, mailTo } from '../support/client.ts';
import { contractOf } from '../support/contract.ts';
import { eventSecretsOf, gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { variantsOf } from '../support/variants.ts';
import { waitFor } from '../support/wait.ts';

for (const system of systemsUnderTest().filter(({ replaced }) => replaced.includes('notification'))) {
  describe(`the notification service in Python, over ${system.name}`, async () => {
    const response = await fetch(`${system.gatewayUrl}/asyncapi.json`);
    const document = (await response.json()) as typeof asyncapi;
    const contract = contractOf(document);
    const path = document.operations.receiveMp3['x-delivery-path'];
    const { mailRecord } = document['x-state'];
    const examples = document.components.schemas.Mp3Event as { examples?: Mp3Event[] };
    const sidecar = gatewaySidecar(system);
    const secrets = eventSecretsOf(system);
    after(() => sidecar.close());

    const newEvents = () =>
      (examples.examples ?? []).map((example) => ({
        ...example,
        job_id: randomUUID(),
        email: `owner-${randomUUID()}@example.com`,
      }));

    /** Delivers an event as the sidecar of the service does. */
    const post = (event: unknown) => postData(signMessage('mp3', event as object, secrets));
    const postData = (data: unknown) =>
      fetch(`http://127.0.0.1:${system.apps.notification.appPort}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json', 'dapr-api-token': system.tokens.appApi },
        body: JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'test', type: 'test', data }),
      });

    const deliver = async (event: unknown) => answerOf(await post(event));

    async function answerOf(reply: Response): Promise<string> {
      assert.equal(reply.status, 200);
      return contract.assertValid('DeliveryAnswer', (await reply.json()) as { status: string }).status;
    }

    const stored = async ({ job_id, run }: Mp3Event) => {
      const key = mailRecord.key.replace('{job_id}', job_id).replace('{run}', String(run));
      const value = (await sidecar.state.get(key))?.value;
      if (value === undefined) return undefined;
      assert.match(value, new RegExp(mailRecord.value.pattern));
      return contract.assertValid('StoredMailRecord', JSON.parse(value)).document;
    };

    it('runs in place of the TypeScript service', async () => {
      const reply = await fetch(`http://127.0.0.1:${system.apps.notification.appPort}/nothing`, {
        headers: { 'dapr-api-token': system.tokens.appApi },
      });
      assert.doesNotMatch(reply.headers.get('content-type') ?? '', /problem\+json/);
    });

    it('can compile every regular expression of the contract', () => {
      const patterns: string[] = [];
      JSON.stringify(document, (key, value) => {
        if (['pattern', 'x-unknown-outcome'].includes(key) && typeof value === 'string') patterns.push(value);
        return value;
      });
      assert.ok(patterns.length > 10);
      const compile = 'import json, re, sys; [re.compile(pattern) for pattern in json.load(sys.stdin)]';
      const input = JSON.stringify(patterns);
      execFileSync(which('python3') ?? 'python3', ['-c', compile], { input, timeout: 60_000 });
    });

    it('sends one mail for an event that the broker delivers again and again', async () => {
      for (const event of newEvents()) {
        for (let times = 0; times < 3; times++) await sidecar.publish('mp3', event);
        await waitFor('its record', async () => (await stored(event))?.state === 'sent');
        // The service handles one event at a time. When it answers this one, it has at least begun with the others.
        assert.equal(await deliver(event), 'SUCCESS');
        const mail = await mailTo(system.mailUrl, event.email);
        assert.ok(mail.subject.endsWith(event.filename), mail.subject);
        assert.equal((await mailsTo(system.mailUrl, event.email)).length, 1);
        const { sends, refusals } = await stored(event);
        assert.deepEqual([sends, refusals], [1, 0]);
      }
    });

    it('says in the mail how the MP3 differs, and that sound is missing first', async () => {
      const details = { truncated: 'The <b>end</b> is missing.', downmixed: 'Six channels & two.' };
      const warnings = Object.entries(details).map(([code, detail]) => ({ code, detail }));
      for (const event of newEvents().filter(({ status }) => status === 'done')) {
        assert.equal(await deliver({ ...event, warnings: warnings.toReversed() }), 'SUCCESS');
        const { subject, html } = await mailTo(system.mailUrl, event.email);
        assert.equal(subject, `Your MP3 is incomplete: ${event.filename}`);
        const places = ['The &lt;b&gt;end', event.filename, 'href=', 'Six channels &amp; two.'];
        const found = places.map((place) => html.indexOf(place));
        assert.deepEqual(
          found,
          found.toSorted((a, b) => a - b),
          html,
        );
        assert.ok(!found.includes(-1), html);
      }
    });

    it('sends a plain mail for an event of an older release, which has no warnings', async () => {
      for (const { warnings, ...event } of newEvents().filter(({ status }) => status === 'done')) {
        assert.equal(await deliver(event), 'SUCCESS');
        assert.equal(
          (await mailTo(system.mailUrl, event.email)).subject,
          `Your MP3 is ready: ${event.filename}`,
        );
      }
    });

    it('sends one mail for each generation, even if an event is delivered several times at once', async () => {
      for (const event of newEvents()) {
        const again = { ...event, run: event.run + 1 };
        const answers = await Promise.all([event, event, again, event, again].map(deliver));
        assert.deepEqual(new Set(answers), new Set(['SUCCESS']));
        const mails = await waitFor('the mails', async () => {
          const all = await mailsTo(system.mailUrl, event.email);
          return all.length >= 2 && all;
        });
        assert.equal(mails.length, 2);
      }
    });

    it('asks for a redelivery when the mail server refuses a mail, and counts the refusal', async () => {
      for (const event of newEvents()) {
        // The address has the most characters that the contract allows, 254, and this mail server accepts 253: it answers 501.
        const domain = `${['a', 'b', 'c'].map((letter) => letter.repeat(letter === 'c' ? 57 : 63)).join('.')}.com`;
        const reply = await post({ ...event, email: `${'x'.repeat(64)}@${domain}` });
        assert.equal(reply.status, 500);
        const { state, sends, refusals } = await stored(event);
        assert.deepEqual([state, sends, refusals], ['open', 0, 1]);
        assert.equal(await deliver(event), 'SUCCESS');
        await mailTo(system.mailUrl, event.email);
        const after = await stored(event);
        assert.deepEqual([after.state, after.sends, after.refusals], ['sent', 1, 1]);
      }
    });

    it('accepts events that are valid by the contract, and drops all others', async () => {
      const counts = { SUCCESS: 0, DROP: 0 };
      for (const event of newEvents()) {
        assert.equal(await deliver(event), 'SUCCESS');
        for (const data of variantsOf(event)) {
          const valid = contract.isValid('Mp3Event', JSON.parse(JSON.stringify(data)));
          const expected = valid ? 'SUCCESS' : 'DROP';
          counts[expected]++;
          assert.equal(await deliver(data), expected, JSON.stringify(data).slice(0, 1000));
        }
      }
      assert.ok(counts.SUCCESS > 10 && counts.DROP > 50, JSON.stringify(counts));
    });

    it('drops an event that the system has not signed, and mails nobody', async () => {
      for (const event of newEvents()) {
        const signed = signMessage('mp3', event, secrets);
        const forged: unknown[] = [
          event,
          { payload: signed.payload },
          { ...signed, payload: `${signed.payload} ` },
          { ...signed, signature: `${signed.signature}=` },
          { ...signed, signature: 'ä\ud800' },
          signMessage('mp3', event, ['the secret of another system, for a test']),
          signMessage('video', event, secrets),
        ];
        for (const data of forged) assert.equal(await answerOf(await postData(data)), 'DROP');
        assert.equal(await stored(event), undefined);
      }
    });

    it('drops an expired event', async () => {
      for (const event of newEvents()) {
        assert.equal(await deliver({ ...event, expires_at: '2001-02-03T04:05:06.000Z' }), 'DROP');
        assert.equal(await stored(event), undefined);
      }
    });
  });
}
