import { BROKE_OFF } from '../../dapr/mail-failure.ts';
import { PATHS } from '../../dapr/names.ts';
import { DELIVERY_PATHS } from '../events.ts';

type Topic = keyof typeof DELIVERY_PATHS;

const on = (channel: Topic | 'mail') => ({
  channel: { $ref: `#/channels/${channel}` },
  messages: [{ $ref: `#/channels/${channel}/messages/${channel}` }],
});

/** Who does it, by app id. */
const by = (...apps: string[]) => ({ tags: apps.map((name) => ({ name })) });

const publishes = (topic: Topic) =>
  `\`POST ${PATHS.publish}/${topic}\` of the sidecar, with the \`data\` of the event as JSON; the sidecar makes the CloudEvent. ` +
  'An answer of 2xx is no promise that the broker keeps it: what gets lost is published again by the sweep of a gateway.';

const delivers = (topic: Topic) =>
  `The sidecar delivers by \`POST ${DELIVERY_PATHS[topic]}\`, at least once, in any order, several at a time; replicas compete. ` +
  'Answer what has been handled already with SUCCESS. A delivery may take as long as the work.\n\n' +
  '| answer | means |\n|---|---|\n' +
  '| 2xx, `{"status":"SUCCESS"}` or no body | handled: gone |\n' +
  '| 2xx, `{"status":"DROP"}` | gone: for what no delivery could ever settle, such as an event that is not of its schema |\n' +
  '| 404 | gone too: never give it by mistake |\n' +
  '| 2xx, `{"status":"RETRY"}`, and every other status or none | delivered again, after half a second at first, then later and later |';

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
    summary: 'Says that a video was accepted',
    description: publishes('video'),
  },
  receiveVideo: receives('video', 'converter', 'Makes the MP3 of a job'),
  publishMp3: {
    action: 'send',
    ...on('mp3'),
    ...by('converter', 'gateway'),
    summary: 'Says how a job ended',
    description: publishes('mp3'),
  },
  receiveMp3: receives(
    'mp3',
    'notification',
    'Tells the owner of a job how it ended, by one mail for each run',
  ),
  sendMail: {
    action: 'send',
    ...on('mail'),
    ...by('notification'),
    summary: 'Mails the owner',
    description:
      `By \`POST ${PATHS.mail}\` of the sidecar, every field set in each request, and one request at a time, unless the binding is known to keep requests apart: over \`bindings.smtp\`, what one request sets stays for the next. ` +
      'The answer comes when the mail server has given its own, however long that takes; a mail server that accepts and says nothing may send the mail as soon as it wakes up.\n\n' +
      '| answer | means |\n|---|---|\n' +
      '| 2xx | the mail was taken |\n' +
      '| 4xx or 5xx, `{"errorCode":…,"message":…}`, whose `message` matches the regular expression `x-unknown-outcome` | nobody knows: it may have been taken |\n' +
      '| every other 4xx or 5xx | it was not taken |\n' +
      '| none, once connected | nobody knows |',
    'x-unknown-outcome': BROKE_OFF.source,
  },
};
