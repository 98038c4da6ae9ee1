import type Koa from 'koa';
import { DELIVERY_PATHS, mp3Event } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import { accountMailRoutes } from './account-mails.ts';
import type { Notify } from './notify-once.ts';
import type { SendOnce } from './send-once.ts';

export interface NotificationOptions extends SubscriberOptions {
  notify: Notify;
  /** Sends mails about accounts. Without it there is no route for them. */
  sendOnce?: SendOnce | undefined;
}

/** The application that notifies an owner for each `mp3` event, and sends the mails about accounts that auth asks for. Binds no port. */
export function createNotificationApp({
  notify,
  sendOnce,
  ...options
}: NotificationOptions): Koa<RequestState> {
  return createSubscriber(
    DELIVERY_PATHS.mp3,
    mp3Event,
    async (event) => ((await notify(event)) === 'dropped' ? 'DROP' : 'SUCCESS'),
    {
      ...options,
      ...(sendOnce && {
        addRoutes: (router) => accountMailRoutes(router, { sendOnce, requireReady: options.requireReady }),
      }),
    },
  );
}
