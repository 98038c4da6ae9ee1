import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';
import { client } from '../support/client.ts';
import { contractOf } from '../support/contract.ts';
import { type EventRecorder, type RecordedEvent, startEventRecorder } from '../support/event-recorder.ts';
import { media, picture, video } from '../support/media.ts';
import {
  eventSecretsOf,
  gatewaySidecar,
  type SystemUnderTest,
  systemsUnderTest,
} from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const TOPICS = ['video', 'mp3'];

for (const system of systemsUnderTest()) {
  describe(`events over ${system.name}`, () => {
    it('reach a subscriber in the form that GET /asyncapi.json describes', async () => {
      const api = client(system.gatewayUrl);
      const document = (await (await api.send('/asyncapi.json')).json()) as typeof asyncapi;
      const contract = contractOf(document);
      const [secret] = eventSecretsOf(system);
      await using recorder = await startEventRecorder(system, TOPICS);
      await waitForSubscriptions(recorder, system);

      const account = await api.newAccount();
      const files = [await video(2), await media('mute.mp4', ...picture(2))];
      const ids = await Promise.all(
        files.map(async (path) => {
          const accepted = await api.uploadForm(account, path, '', 'Übung "eins"\t🎵 <b>.mp4');
          return ((await accepted.json()) as { id: string }).id;
        }),
      );
      // Other tests publish forged events at the same time, which have no payload.
      const messageOf = ({ event }: RecordedEvent) => JSON.parse(event.data.payload ?? '{}');
      const of = (id: string, topic: string) =>
        recorder.seen.find((event) => event.topic === topic && messageOf(event).job_id === id);
      await waitFor('all events', async () => ids.every((id) => TOPICS.every((topic) => of(id, topic))));

      for (const seen of recorder.seen.filter((event) => ids.includes(messageOf(event).job_id))) {
        const { topic, contentType, event } = seen;
        assert.equal(contentType, document.channels[topic as 'mp3'].messages[topic as 'mp3'].contentType);
        contract.assertValid(topic === 'mp3' ? 'Mp3Delivery' : 'VideoDelivery', event);
        contract.assertValid(topic === 'mp3' ? 'Mp3Event' : 'VideoEvent', messageOf(seen));
        const { payload, signature } = event.data;
        const signed = createHmac('sha256', secret).update(`event\n${topic}\n${payload}`);
        assert.equal(signature, signed.digest('base64url'));
      }
      assert.deepEqual(
        ids.map((id) => messageOf(of(id, 'mp3') ?? assert.fail()).status),
        ['done', 'failed'],
      );
    });
  });
}

/**
 * Publishes events until the recorder receives them, because an event that is published before its queue exists is lost. These
 * events have no effect on the services.
 */
async function waitForSubscriptions({ seen }: EventRecorder, system: SystemUnderTest): Promise<void> {
  const { publish, close } = gatewaySidecar(system);
  const id = { job_id: randomUUID(), trace_id: '0af7651916cd43dd8448eb211c80319c' };
  const error = { code: 'no_audio', detail: 'there is no sound in it' };
  const expired = { run: 1, status: 'failed', email: 'ann@example.com', filename: 'a', mp3: null, error };
  try {
    await waitFor('the subscriptions', async () => {
      await publish('video', id);
      await publish('mp3', { ...id, ...expired, expires_at: '2001-02-03T04:05:06.000Z' });
      return TOPICS.every((topic) => seen.some((event) => event.topic === topic));
    });
  } finally {
    await close();
  }
}
