import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConverterApp } from '../../../../services/converter/app.ts';
import { createNotificationApp } from '../../../../services/notification/app.ts';
import { asyncapi } from '../../../../services/shared/contract/asyncapi/document.ts';
import { contract } from '../../../support/contract.ts';
import { deliver, noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { variantsOf } from '../../../support/variants.ts';

const { receiveVideo, receiveMp3 } = asyncapi.operations;
const { video, mp3 } = asyncapi.channels;

const SUBSCRIBERS = [
  {
    app: (handled: () => void) =>
      createConverterApp({ convert: async () => handled(), probe: noProbes, ...subscriberOptions() }),
    path: receiveVideo['x-delivery-path'],
    deliveries: video.messages.video.examples,
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
    schema: 'Mp3Event',
  },
] as const;

for (const { app, path, deliveries, schema } of SUBSCRIBERS) {
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
        for (const data of variantsOf((payload as { data: unknown }).data)) {
          const valid = contract.isValid(schema, JSON.parse(JSON.stringify(data)));
          counts[`${valid}`]++;
          const outcome = await outcomeOf({ ...payload, data });
          assert.equal(outcome, valid ? '1 SUCCESS' : '0 DROP', JSON.stringify(data).slice(0, 1000));
        }
      }
      assert.ok(counts.true > 10 && counts.false > 50, JSON.stringify(counts));
    });
  });
}
