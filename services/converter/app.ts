import type Koa from 'koa';
import { DELIVERY_PATHS, videoEvent } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import type { Convert } from './job/convert.ts';

export interface ConverterOptions extends SubscriberOptions {
  convert: Convert;
}

/** The application that converts a video for each `video` event. Binds no port. */
export function createConverterApp({ convert, ...options }: ConverterOptions): Koa<RequestState> {
  return createSubscriber(
    DELIVERY_PATHS.video,
    videoEvent,
    async (event, closedSignal) => {
      await convert(event, closedSignal);
      return 'SUCCESS';
    },
    options,
  );
}
