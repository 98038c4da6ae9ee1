import { COMPONENTS, PATHS } from '../../dapr/names.ts';
import { mailRecordKey } from '../mail-record.ts';
import { ref } from './schemas.ts';

/** AsyncAPI knows no state; but what the subscriber of `mp3` leaves there is read by the gateway, and so a contract. */
export const mailRecordState = {
  mailRecord: {
    description:
      'Whoever tells an outcome keeps its mail record, so that it is told once. ' +
      'While that is not `sent`, the sweep of a gateway publishes the outcome again, each time after a longer while, until the job expires.\n\n' +
      '| before a send, it says | do |\n|---|---|\n' +
      '| nothing, or `open` and `sends` below 2 | write `sending`, a `send` of your own, `sends` + 1; then mail |\n' +
      '| `open` and `sends` of 2 | write `sent` and do not mail: two mails may have gone out, and there is never a third |\n' +
      '| `sending` | somebody sends, and writes it again every 2 s (its ETag changes); if it stands still for 20 s, that one has died in the middle: go on as if it were `open` |\n' +
      '| `sent` | nothing |\n\n' +
      '| after a send, the mail | write |\n|---|---|\n' +
      '| was taken | `sent` |\n' +
      '| was not taken | `open`, `sends` − 1, `refusals` + 1; have the event delivered again |\n' +
      '| nobody knows | `open`; have the event delivered again |',
    store: COMPONENTS.state,
    key: mailRecordKey({ job_id: '{job_id}', run: '{run}' }),
    read: `\`GET ${PATHS.state}/{key}?consistency=strong\`: 204 or an empty body where there is none, else the value, and its ETag in the header \`etag\``,
    write:
      `\`POST ${PATHS.state}\` with \`[{key, value, etag, options: {concurrency: "first-write", consistency: "strong"}, metadata: {ttlInSeconds}}]\`. ` +
      'Without an `etag`, or with null, it creates only. 409 means that another write was first, any other failure that this one may have arrived: read again.',
    ttlInSeconds:
      'The seconds until `expires_at` of the event and one day more, whole, from 1 to 2147483647, as a string, in every write',
    value: {
      type: 'string',
      pattern: '^[ -#%-~][ -~]*$',
      contentMediaType: 'application/json',
      description:
        'JSON text in printable ASCII (others escaped), itself a JSON string in the request and the answer: some stores interpret anything else',
    },
    content: ref('StoredMailRecord'),
  },
};
