import { COMPONENTS, PATHS } from '../../dapr/names.ts';
import { ALIVE_MS, BEAT_MS, CONVERTERS_KEY, CONVERTERS_TTL_SECONDS } from '../converter-presence.ts';
import { MAIL_COUNT_TTL_SECONDS, mailCountKey } from '../mail-count.ts';
import { accountMailRecordKey, mailRecordKey } from '../mail-record.ts';
import { ref } from './schemas.ts';

const read = `\`GET ${PATHS.state}/{key}?consistency=strong\`: 204 or an empty body where there is no record, otherwise the value, with its ETag in the header \`etag\``;
const write =
  `\`POST ${PATHS.state}\` with \`[{key, value, etag, options: {concurrency: "first-write", consistency: "strong"}, metadata: {ttlInSeconds}}]\`. ` +
  'Without an `etag`, or with null, it only creates. 409 means that another write was first. After any other failure the write may have arrived, so read again.';

const value = {
  type: 'string',
  pattern: '^[ -#%-~][ -~]*$',
  contentMediaType: 'application/json',
  description:
    'JSON text in printable ASCII, with all other characters escaped, because some stores interpret anything else. In the request and the response, this text is itself a JSON string.',
};

const mailTtl =
  'The seconds until one day after `expires_at` of the event or of the mail about an account, in every write: a whole number from 1 to 2147483647, as a string';

/**
 * AsyncAPI does not describe state. But the gateway reads what the subscribers store, so it is part of the contract.
 */
export const storedRecords = {
  mailRecord: {
    description:
      'The subscriber that notifies the owner keeps a mail record of each outcome, so that the owner is notified once. ' +
      'While the record is not `sent`, the sweep of a gateway publishes the outcome again, after longer and longer pauses, until the job expires.\n\n' +
      '| record before a send | what to do |\n|---|---|\n' +
      '| none, or `open` with `sends` below 2 | write `sending`, a new `send`, and `sends` + 1; then send the mail |\n' +
      '| `open` with `sends` of 2 | write `sent` and send nothing: two mails may have gone out, and there is never a third |\n' +
      '| `sending` | another process is sending, and writes the record again every 2 s, which changes its ETag. If the ETag stays the same for 20 s, that process has died: continue as if the record were `open` |\n' +
      '| `sent` | nothing |\n\n' +
      '| outcome of the send | what to write |\n|---|---|\n' +
      '| the mail was accepted | `sent` |\n' +
      '| the mail was not accepted | `open`, `sends` − 1, `refusals` + 1; then let the event be delivered again |\n' +
      '| unknown | `open`; then let the event be delivered again |',
    store: COMPONENTS.state,
    key: mailRecordKey({ job_id: '{job_id}', run: '{run}' }),
    read,
    write,
    ttlInSeconds: mailTtl,
    value,
    content: ref('StoredMailRecord'),
  },
  accountMailRecord: {
    description:
      'The same record for a mail about an account, by the same rules. Only the notification service reads it. Instead of letting an event be delivered again, answer 503: then the mail is asked for again.',
    store: COMPONENTS.state,
    key: accountMailRecordKey({ id: '{id}' }),
    read,
    write,
    ttlInSeconds: mailTtl,
    value,
    content: ref('StoredMailRecord'),
  },
  mailCount: {
    description:
      'How many mails an address has got in an hour of the clock, so that `MAX_MAILS_PER_ADDRESS_PER_HOUR` (500) bounds them. `sha256` is that of the address in lower ' +
      'case, in hexadecimal, and `hour` is whole hours since 1970. Before a send, read the count. Where it is as many as allowed, send nothing: answer SUCCESS to an event, which is published again ' +
      'later, and 429 to a request for a mail about an account. Otherwise write one more. After a refusal, write one less, under the same key.',
    store: COMPONENTS.state,
    key: mailCountKey({ sha256: '{sha256}', hour: '{hour}' }),
    read,
    write,
    ttlInSeconds: String(MAIL_COUNT_TTL_SECONDS),
    value,
    content: ref('StoredMailCount'),
  },
  converters: {
    description:
      'Each converter process shows that it runs, by an entry under a UUID of its own in one document. The gateways count the converters ' +
      'and estimate the time of queued jobs. Nothing that is converted depends on it: a converter without an entry gets events all the same.\n\n' +
      `- Write the entry every ${BEAT_MS / 1000} s, each time with a \`beat\` that is one more, by compare-and-set: read the document, change ` +
      'the own entry, keep all other entries as they are, write with the ETag, and begin again after a 409.\n' +
      `- A converter whose \`beat\` has not changed for ${ALIVE_MS / 1000} s, by the clock of the reader, counts as dead. Its entry may be ` +
      'removed. A converter that finds its entry missing writes it again.\n' +
      '- Remove the entry when the process stops.',
    store: COMPONENTS.state,
    key: CONVERTERS_KEY,
    read,
    write,
    ttlInSeconds: String(CONVERTERS_TTL_SECONDS),
    value,
    content: ref('StoredConverters'),
  },
};
