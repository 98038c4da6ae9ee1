import { mailRecordKey } from '../../shared/outcome.ts';
import { ref } from './schemas.ts';

/** AsyncAPI knows no state; but what the subscriber of `mp3` leaves there is read by the gateway, and so a contract. */
export const mailRecordState = {
  mailRecord: {
    description:
      'Who tells an outcome writes its mail record: `sending` before the mail is given to the binding, `sent` once it was taken. ' +
      'While it is not `sent` the sweep of a gateway publishes the outcome again, each time after a longer while, until the job expires. ' +
      'Before a send it is read: `sent` means that there is nothing to do, and `sending` that somebody sends, or has died in the middle: ' +
      'then, and after an answer of the binding that leaves it open, the mail may have gone out, so that one more send is all there may be (`sends` is at most 2). ' +
      'A live sender writes its record again every 2 s (its ETag changes); one that stands still for 20 s is dead.',
    store: 'store',
    key: mailRecordKey({ job_id: '{job_id}', run: '{run}' }),
    read: '`GET /v1.0/state/store/{key}?consistency=strong`: 204 or an empty body where there is none, else the value, and its ETag in the header `etag`',
    write:
      '`POST /v1.0/state/store` with `[{key, value, etag, options: {concurrency: "first-write", consistency: "strong"}, metadata: {ttlInSeconds}}]`. ' +
      'Without an `etag` it creates only; 409 means that another was first: read again. Every write is one of the two.',
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
