import { z } from 'zod';
import { accountMail } from '../account-mail.ts';
import { converterPresence } from '../converter-presence.ts';
import { deliveryAnswer, mp3Event, videoEvent } from '../events.ts';
import { mailCount } from '../mail-count.ts';
import { mailRecord } from '../mail-record.ts';
import { mailRequest } from '../mail-request.ts';
import { signedMessage } from '../signed-message.ts';

export const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` });

/** A JSON Schema of draft 7, the default of AsyncAPI. It allows further properties, which a later version may add. */
function toJsonSchema(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest;
}

const cloudEvent = {
  title: 'CloudEvent 1.0',
  description:
    'The form in which a sidecar delivers an event (https://cloudevents.io, structured mode). The sidecar makes it from the published data.',
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: {
      type: 'string',
      description: 'Id of one publication. An event that is published again has another id.',
    },
    source: { type: 'string', description: 'App id of the publisher' },
    type: { type: 'string' },
    datacontenttype: { const: 'application/json' },
    topic: { type: 'string' },
    pubsubname: { type: 'string' },
  },
};

/** `x-payload` describes the parsed payload of the signed message. */
const deliveryOf = (event: 'VideoEvent' | 'Mp3Event') => ({
  allOf: [
    { $ref: '#/components/schemas/CloudEvent' },
    { type: 'object', properties: { data: { $ref: '#/components/schemas/SignedMessage' } } },
  ],
  'x-payload': { $ref: `#/components/schemas/${event}` },
});

/** The parsed form of the text in the state store. */
const stored = (title: string, document: object) => ({
  title,
  description: 'The parsed form of the text in the state store',
  type: 'object',
  required: ['revision', 'document'],
  properties: {
    revision: {
      type: 'string',
      description:
        'A new UUID for each write. It shows whether a write that was reported as failed has arrived after all.',
    },
    document,
  },
});

export const schemas = {
  CloudEvent: cloudEvent,
  SignedMessage: toJsonSchema(signedMessage),
  VideoEvent: toJsonSchema(videoEvent),
  VideoDelivery: deliveryOf('VideoEvent'),
  Mp3Event: toJsonSchema(mp3Event),
  Mp3Delivery: deliveryOf('Mp3Event'),
  DeliveryAnswer: toJsonSchema(deliveryAnswer),
  AccountMail: toJsonSchema(accountMail),
  MailRequest: toJsonSchema(mailRequest),
  MailRecord: toJsonSchema(mailRecord),
  StoredMailRecord: stored('Stored mail record', { $ref: '#/components/schemas/MailRecord' }),
  MailCount: toJsonSchema(mailCount),
  StoredMailCount: stored('Stored mail count', { $ref: '#/components/schemas/MailCount' }),
  ConverterPresence: toJsonSchema(converterPresence),
  StoredConverters: stored('Stored converters', {
    type: 'object',
    description: 'The entries by the UUIDs of the processes',
    additionalProperties: { $ref: '#/components/schemas/ConverterPresence' },
  }),
};
