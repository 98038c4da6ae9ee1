import type { z } from 'zod';
import { COMPONENTS, invokePath, PATHS } from '../../dapr/names.ts';
import { ACCOUNT_MAILS_PATH, accountMail } from '../account-mail.ts';
import { deliveryAnswer, mp3Event, TOPICS, type Topic, videoEvent } from '../events.ts';
import { mailRequest } from '../mail-request.ts';
import { EXAMPLE_SECRET, signMessage } from '../signed-message.ts';
import { ref } from './schemas.ts';

const examplesOf = (schema: z.ZodType) => (schema.meta()?.examples ?? []) as unknown[];

const message = (schema: z.ZodType, name: Parameters<typeof ref>[0], contentType = 'application/json') => ({
  title: schema.meta()?.title,
  contentType,
  payload: ref(name),
  examples: examplesOf(schema).map((payload) => ({ payload })),
});

/** An event as its subscribers receive it. The examples are signed with the secret of the examples. */
function event(schema: z.ZodType, name: 'VideoDelivery' | 'Mp3Delivery', topic: Topic, source: string) {
  const examples = examplesOf(schema).map((message) => ({
    payload: {
      specversion: '1.0',
      id: '2b1d7f0a-6a3c-4f0b-9d1e-7c5b3a291f08',
      source,
      type: 'com.dapr.event.sent',
      datacontenttype: 'application/json',
      topic,
      pubsubname: COMPONENTS.pubsub,
      data: signMessage(topic, message as object, [EXAMPLE_SECRET]),
    },
  }));
  return { ...message(schema, name, 'application/cloudevents+json'), examples };
}

const topicTitle = `Topic of the pub/sub component \`${COMPONENTS.pubsub}\``;
const sidecar = [{ $ref: '#/servers/sidecar' }];

/** One channel for each topic, one for the mail binding, one for the mails about accounts, and one for the responses to deliveries. */
export const channels = {
  video: {
    address: TOPICS.video,
    title: topicTitle,
    description: 'Videos to convert. When an event is lost, the job is published again.',
    servers: sidecar,
    messages: { video: event(videoEvent, 'VideoDelivery', TOPICS.video, 'gateway') },
  },
  mp3: {
    address: TOPICS.mp3,
    title: topicTitle,
    description:
      'Outcomes that owners have to be notified of. An outcome is published again until its mail record is `sent`: see `x-state`. Outcomes of guests, who have no address, are not published.',
    servers: sidecar,
    messages: { mp3: event(mp3Event, 'Mp3Delivery', TOPICS.mp3, 'converter') },
  },
  mail: {
    address: COMPONENTS.mail,
    title: `Output binding \`${COMPONENTS.mail}\``,
    description: `\`POST ${PATHS.mail}\` of the sidecar`,
    servers: sidecar,
    messages: { mail: message(mailRequest, 'MailRequest') },
  },
  accountMail: {
    address: ACCOUNT_MAILS_PATH,
    title: 'Route of the app `notification`',
    description: `\`POST ${invokePath('notification', ACCOUNT_MAILS_PATH)}\` of the sidecar of \`auth\``,
    servers: sidecar,
    messages: { accountMail: message(accountMail, 'AccountMail') },
  },
  answer: {
    address: null,
    title: 'Answer to a delivery',
    description: 'The body of the HTTP response, with a status of 2xx',
    messages: { answer: message(deliveryAnswer, 'DeliveryAnswer') },
  },
};
