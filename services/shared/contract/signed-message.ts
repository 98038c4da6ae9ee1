import { z } from 'zod';
import { AppError } from '../runtime/errors.ts';
import { parseJson } from '../runtime/parse-json.ts';
import { encodeDocument } from '../state/state-store.ts';
import { type EventSecrets, isSignedBy, sign } from './event-secret.ts';

/** The secret of the examples in the contract. No system has it. */
export const EXAMPLE_SECRET = 'the-secret-of-the-examples-of-the-contract';

/**
 * What is published, and what a sidecar delivers as the data of an event. The message is a text within it: brokers and
 * sidecars may write JSON anew, with other spaces, escapes and numbers, but they keep the characters of a text.
 */
export const signedMessage = z
  .object({
    payload: z.string().meta({
      description: 'The message as JSON text in printable ASCII, with all other characters escaped',
      contentMediaType: 'application/json',
    }),
    signature: z.string().meta({
      description:
        'HMAC-SHA-256 with `EVENT_SECRET`, as base64url without padding: see `x-signature` of this document',
    }),
  })
  .meta({ title: 'Signed message' });
export type SignedMessage = z.infer<typeof signedMessage>;

const KIND = 'event';

/** Signs a message for a topic. The signature is not valid for another topic. */
export function signMessage(topic: string, message: object, secrets: EventSecrets): SignedMessage {
  const payload = encodeDocument(message);
  return { payload, signature: sign(secrets, KIND, topic, payload) };
}

/**
 * Returns the message, which matches the schema, after it has checked the signature. Nothing of a message is looked at before.
 * @throws AppError `forbidden` for data that the system did not sign for this topic, `bad_request` for a message that does not
 * match the schema
 */
export function openMessage<Schema extends z.ZodType>(
  topic: string,
  schema: Schema,
  data: unknown,
  secrets: EventSecrets,
): z.output<Schema> {
  const signed = signedMessage.safeParse(data);
  if (!signed.success)
    throw new AppError('forbidden', 'the message has no signature', { cause: signed.error });
  const { payload, signature } = signed.data;
  if (!isSignedBy(secrets, signature, KIND, topic, payload))
    throw new AppError('forbidden', 'the signature of the message is not of this system');
  const message = schema.safeParse(parseJson(payload));
  if (message.success) return message.data;
  throw new AppError('bad_request', 'the message does not match its schema', { cause: message.error });
}

/** Publishes every message with its signature. */
export const createSignedPublish =
  (publish: (topic: string, message: object) => Promise<void>, secrets: EventSecrets) =>
  (topic: string, message: object): Promise<void> =>
    publish(topic, signMessage(topic, message, secrets));
