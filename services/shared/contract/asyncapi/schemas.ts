import { z } from 'zod';
import { deliveryAnswer, mp3Event, videoEvent } from '../events.ts';
import { mailRecord } from '../mail-record.ts';
import { mailRequest } from '../mail-request.ts';

export const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` });

/** Of draft 7, which AsyncAPI takes without a word. What is read may have properties that a later version adds. */
function toJsonSchema(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest;
}

const cloudEvent = {
  title: 'CloudEvent 1.0',
  description:
    'What a sidecar delivers (https://cloudevents.io, structured mode); it is the sidecar that makes it of what is published',
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', description: 'Of one publication: an event that is published again has another' },
    source: { type: 'string', description: 'App id of the publisher' },
    type: { type: 'string' },
    datacontenttype: { const: 'application/json' },
    topic: { type: 'string' },
    pubsubname: { type: 'string' },
  },
};

const delivered = (data: 'VideoEvent' | 'Mp3Event') => ({
  allOf: [
    { $ref: '#/components/schemas/CloudEvent' },
    { type: 'object', properties: { data: { $ref: `#/components/schemas/${data}` } } },
  ],
});

export const schemas = {
  CloudEvent: cloudEvent,
  VideoEvent: toJsonSchema(videoEvent),
  VideoDelivery: delivered('VideoEvent'),
  Mp3Event: toJsonSchema(mp3Event),
  Mp3Delivery: delivered('Mp3Event'),
  DeliveryAnswer: toJsonSchema(deliveryAnswer),
  MailRequest: toJsonSchema(mailRequest),
  MailRecord: toJsonSchema(mailRecord),
  StoredMailRecord: {
    title: 'Stored mail record',
    description: 'What the text in the state store is, once parsed',
    type: 'object',
    required: ['revision', 'document'],
    properties: {
      revision: {
        type: 'string',
        description:
          'A new UUID for each write, by which a write knows itself again: one that was reported as failed may have arrived',
      },
      document: { $ref: '#/components/schemas/MailRecord' },
    },
  },
};
