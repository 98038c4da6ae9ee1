import type Koa from 'koa';
import { ACCOUNT_MAILS_PATH } from '../shared/contract/account-mail.ts';
import type { EventSecrets } from '../shared/contract/event-secret.ts';
import { mp3Event } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { requireCaller } from '../shared/http/require-caller.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import { accountMailRoutes } from './account-mails.ts';
import type { Notify } from './notify-once.ts';
import type { SendOnce } from './send-once.ts';

export interface NotificationOptions extends SubscriberOptions {
  notify: Notify;
  /** Sends mails about accounts. Without it there is no route for them. */
  sendOnce?: SendOnce | undefined;
  /** The secrets of the tokens of callers. Without them, every caller of the sidecar may ask for a mail. */
  callerSecrets?: EventSecrets | undefined;
}

/** The application that notifies an owner for each `mp3` event, and sends the mails about accounts that auth asks for. Binds no port. */
export function createNotificationApp({
  notify,
  sendOnce,
  callerSecrets,
  ...options
}: NotificationOptions): Koa<RequestState> {
  return createSubscriber(
    'mp3',
    mp3Event,
    async (event) => ((await notify(event)) === 'dropped' ? 'DROP' : 'SUCCESS'),
    {
      ...options,
      ...(sendOnce && {
        addRoutes(router) {
          router.use(ACCOUNT_MAILS_PATH, requireCaller('notification', callerSecrets));
          accountMailRoutes(router, { sendOnce, requireReady: options.requireReady });
        },
      }),
    },
  );
}
