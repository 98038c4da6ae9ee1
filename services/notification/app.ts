import type Koa from 'koa';
import { mp3Event } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import type { Notify } from './notify-once.ts';

export interface NotificationOptions extends SubscriberOptions {
  notify: Notify;
}

/** The application that notifies an owner for each `mp3` event. Binds no port. */
export function createNotificationApp({ notify, ...options }: NotificationOptions): Koa<RequestState> {
  return createSubscriber(
    'mp3',
    mp3Event,
    async (event) => ((await notify(event)) === 'dropped' ? 'DROP' : 'SUCCESS'),
    options,
  );
}
