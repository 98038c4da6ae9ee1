import { CALLER_HEADER } from '../caller-token.ts';
import { EXAMPLE_SECRET } from '../signed-message.ts';

/** AsyncAPI does not describe signatures of messages. But subscribers have to check them, so they are part of the contract. */
export const signature = {
  description:
    'The data of each event is an object with `payload`, which is the event as JSON text, and `signature`. Publish such an object, ' +
    'and take nothing from an event before its signature was checked. `EVENT_SECRET` in the environment holds the secret, or two secrets with a ' +
    'comma between them: the first one signs, and each of them is accepted.\n\n' +
    '1. Join three parts with line feeds (U+000A): the word `event`, the topic, and `payload` exactly as it is in the parsed JSON of the delivery.\n' +
    '2. Compute the HMAC-SHA-256 of its UTF-8 bytes. The key is the UTF-8 bytes of a secret.\n' +
    '3. Write the 32 bytes as base64url without padding: 43 characters. Compare them with `signature` in constant time.\n' +
    '4. Answer DROP if no secret fits. Otherwise parse `payload` as JSON, and check it against the schema of the event.\n\n' +
    'The signature does not bound the age of an event. Handle an event that has been handled already as the contract says: then an old event that somebody delivers again does nothing.\n\n' +
    `Calls by service invocation carry a token in the header \`${CALLER_HEADER}\`: the same function of the two parts \`call\` and the app id of ` +
    'the app that is called. Unless `CALLER_CHECK` is `off`, refuse a call without it with 403.',
  algorithm: 'HMAC-SHA-256',
  signed: 'event\n{topic}\n{payload}',
  callerToken: { header: CALLER_HEADER, signed: 'call\n{app id}' },
  exampleSecret: EXAMPLE_SECRET,
} as const;
