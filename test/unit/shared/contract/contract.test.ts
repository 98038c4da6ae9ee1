import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConverterApp } from '../../../../services/converter/app.ts';
import { createNotificationApp } from '../../../../services/notification/app.ts';
import { asyncapi } from '../../../../services/shared/contract/asyncapi/document.ts';
import { signMessage } from '../../../../services/shared/contract/signed-message.ts';
import { contract } from '../../../support/contract.ts';
import { deliver, eventSecrets, noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { variantsOf } from '../../../support/variants.ts';

const { receiveVideo, receiveMp3 } = asyncapi.operations;
const { video, mp3 } = asyncapi.channels;

const SUBSCRIBERS = [
  {
    app: (handled: () => void) =>
      createConverterApp({ convert: async () => handled(), probe: noProbes, ...subscriberOptions() }),
    path: receiveVideo['x-delivery-path'],
    deliveries: video.messages.video.examples,
    topic: 'video',
    schema: 'VideoEvent',
  },
  {
    app: (handled: () => void) =>
      createNotificationApp({
        notify: async () => {
          handled();
          return 'notified';
        },
        ...subscriberOptions(),
      }),
    path: receiveMp3['x-delivery-path'],
    deliveries: mp3.messages.mp3.examples,
    topic: 'mp3',
    schema: 'Mp3Event',
  },
] as const;

for (const { app, path, deliveries, topic, schema } of SUBSCRIBERS) {
  describe(`the subscriber of ${path}`, () => {
    const outcomeOf = async (payload: unknown) => {
      let handled = 0;
      const reply = await deliver(
        app(() => handled++),
        path,
        JSON.stringify(payload),
      );
      assert.equal(reply.status, 200);
      contract.assertValid('DeliveryAnswer', reply.json);
      return `${handled} ${reply.json.status}`;
    };

    it('accepts every example of the contract', async () => {
      for (const { payload } of deliveries) assert.equal(await outcomeOf(payload), '1 SUCCESS');
    });

    it('accepts what is valid by the contract, and drops everything else', async () => {
      const counts = { true: 0, false: 0 };
      for (const { payload } of deliveries) {
        for (const event of variantsOf(JSON.parse(payload.data.payload))) {
          const valid = contract.isValid(schema, JSON.parse(JSON.stringify(event)));
          counts[`${valid}`]++;
          const outcome = await outcomeOf({
            ...payload,
            data: signMessage(topic, event as object, eventSecrets),
          });
          assert.equal(outcome, valid ? '1 SUCCESS' : '0 DROP', JSON.stringify(event).slice(0, 1000));
        }
      }
      assert.ok(counts.true > 10 && counts.false > 50, JSON.stringify(counts));
    });

    it('drops an example of the contract of which anything that is signed was changed', async () => {
      for (const { payload } of deliveries) {
        const { data } = payload;
        const message = JSON.parse(data.payload);
        const forged = [
          { ...data, payload: data.payload.replace('job_id', 'job_ID') },
          { ...data, payload: `${data.payload} ` },
          { ...data, signature: '' },
          { ...data, signature: `${data.signature}=` },
          { ...data, signature: data.signature.toUpperCase() },
          { payload: data.payload },
          message,
          signMessage(topic, message, ['another secret of thirty-two characters']),
          signMessage(topic === 'mp3' ? 'video' : 'mp3', message, eventSecrets),
        ];
        for (const data of forged) assert.equal(await outcomeOf({ ...payload, data }), '0 DROP');
      }
    });
  });
}
