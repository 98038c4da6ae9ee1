import { UNKNOWN_OUTCOME } from '../../dapr/mail-failure.ts';
import { PATHS } from '../../dapr/names.ts';
import { ACCOUNT_MAILS_PATH } from '../account-mail.ts';
import { CALLER_HEADER } from '../caller-token.ts';
import { DELIVERY_PATHS, type Topic } from '../events.ts';
import { LIMITED_SECONDS } from '../mail-count.ts';

const on = (channel: Topic | 'mail' | 'accountMail') => ({
  channel: { $ref: `#/channels/${channel}` },
  messages: [{ $ref: `#/channels/${channel}/messages/${channel}` }],
});

/** The app ids of the services that perform the operation. */
const by = (...apps: string[]) => ({ tags: apps.map((name) => ({ name })) });

const publishes = (topic: Topic) =>
  `\`POST ${PATHS.publish}/${topic}\` of the sidecar, with the signed message of the event as JSON: see \`x-signature\`. The sidecar makes the CloudEvent. ` +
  'A response of 2xx does not promise that the broker keeps the event. The sweep of a gateway publishes lost events again.';

const delivers = (topic: Topic) =>
  `The sidecar delivers by \`POST ${DELIVERY_PATHS[topic]}\`, at least once, in any order, and several at a time. Replicas compete for them. ` +
  'Check the signature before anything else: see `x-signature`. Everybody who reaches the broker, or the port on which sidecars call each other, can have an event delivered. ' +
  'Answer an event that has been handled already with SUCCESS. A delivery may take as long as the work itself.\n\n' +
  '| response | meaning |\n|---|---|\n' +
  '| 2xx, `{"status":"SUCCESS"}` or no body | handled, and not delivered again |\n' +
  '| 2xx, `{"status":"DROP"}` | not delivered again: for an event that no further delivery could settle, such as one without a valid signature or one that does not match its schema |\n' +
  '| 404 | not delivered again either, so never answer with it by mistake |\n' +
  '| 2xx, `{"status":"RETRY"}`, every other status, and no response | delivered again, first after half a second and then after longer and longer pauses |';

const receives = (topic: Topic, app: string, summary: string) => ({
  action: 'receive',
  ...on(topic),
  ...by(app),
  summary,
  description: delivers(topic),
  bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
  reply: {
    channel: { $ref: '#/channels/answer' },
    messages: [{ $ref: '#/channels/answer/messages/answer' }],
  },
  'x-delivery-path': DELIVERY_PATHS[topic],
});

export const operations = {
  publishVideo: {
    action: 'send',
    ...on('video'),
    ...by('gateway'),
    summary: 'Announces that a video was accepted',
    description: publishes('video'),
  },
  receiveVideo: receives('video', 'converter', 'Makes the MP3 of a job'),
  publishMp3: {
    action: 'send',
    ...on('mp3'),
    ...by('converter', 'gateway'),
    summary: 'Announces the outcome of a job',
    description: publishes('mp3'),
  },
  receiveMp3: receives(
    'mp3',
    'notification',
    'Notifies the owner of a job of its outcome, by one mail for each run',
  ),
  requestAccountMail: {
    action: 'send',
    ...on('accountMail'),
    ...by('auth'),
    summary: 'Asks for a mail about an account',
    description: 'Again and again, until an answer is 2xx or the mail has expired.',
  },
  receiveAccountMail: {
    action: 'receive',
    ...on('accountMail'),
    ...by('notification'),
    summary: 'Sends a mail about an account',
    description:
      `Check the header \`${CALLER_HEADER}\` before anything else: see \`x-signature\`. Keep a record for each \`id\`, so that a mail that is asked for again is sent once: see \`x-state\`.\n\n` +
      '| response | meaning |\n|---|---|\n' +
      '| 2xx, `{"status":"sent"}` | the mail was accepted, now or before |\n' +
      '| 2xx, `{"status":"expired"}` | `expires_at` is over: the mail is not sent |\n' +
      '| 400 | the body does not match its schema |\n' +
      '| 403 | the caller is not a service of the system |\n' +
      `| 429, \`Retry-After: ${LIMITED_SECONDS}\` | the address has got too many mails in this hour |\n` +
      '| 503 | the mail was refused, or nobody knows whether it was accepted |',
    bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
    'x-delivery-path': ACCOUNT_MAILS_PATH,
  },
  sendMail: {
    action: 'send',
    ...on('mail'),
    ...by('notification'),
    summary: 'Sends a mail to the owner',
    description:
      `By \`POST ${PATHS.mail}\` of the sidecar. Set every field in each request, because with \`bindings.smtp\` a field that one request sets stays set for the next. Send one request at a time, unless the binding is known to keep requests apart. ` +
      'The response comes when the mail server has answered, however long that takes. A mail server that accepts the connection and stays silent may still send the mail later.\n\n' +
      '| response | meaning |\n|---|---|\n' +
      '| 2xx | the mail was accepted |\n' +
      '| 4xx or 5xx, `{"errorCode":…,"message":…}`, whose `message` matches the regular expression `x-unknown-outcome` | the outcome is unknown: the mail may have been accepted |\n' +
      '| every other 4xx or 5xx | the mail was not accepted |\n' +
      '| none, after the connection was made | the outcome is unknown |',
    'x-unknown-outcome': UNKNOWN_OUTCOME.source,
  },
};
