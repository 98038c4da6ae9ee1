import { COMPONENTS, PATHS } from '../../dapr/names.ts';
import { mailRecordKey } from '../mail-record.ts';
import { ref } from './schemas.ts';

/**
 * AsyncAPI does not describe state. But the gateway reads what the subscriber of `mp3` stores, so it is part of the
 * contract.
 */
export const mailRecordState = {
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
    read: `\`GET ${PATHS.state}/{key}?consistency=strong\`: 204 or an empty body where there is no record, otherwise the value, with its ETag in the header \`etag\``,
    write:
      `\`POST ${PATHS.state}\` with \`[{key, value, etag, options: {concurrency: "first-write", consistency: "strong"}, metadata: {ttlInSeconds}}]\`. ` +
      'Without an `etag`, or with null, it only creates. 409 means that another write was first. After any other failure the write may have arrived, so read again.',
    ttlInSeconds:
      'The seconds until one day after `expires_at` of the event, in every write: a whole number from 1 to 2147483647, as a string',
    value: {
      type: 'string',
      pattern: '^[ -#%-~][ -~]*$',
      contentMediaType: 'application/json',
      description:
        'JSON text in printable ASCII, with all other characters escaped, because some stores interpret anything else. In the request and the response, this text is itself a JSON string.',
    },
    content: ref('StoredMailRecord'),
  },
};
