import type Koa from 'koa';
import { DELIVERY_PATHS, videoEvent } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import type { Convert } from './job/convert.ts';
import { type ProbePorts, probeRoutes } from './probe/routes.ts';

export interface ConverterOptions extends SubscriberOptions {
  convert: Convert;
  probe: ProbePorts;
}

/** The application that converts a video for each `video` event, and answers the gateway's `POST /probe`. Binds no port. */
export function createConverterApp({ convert, probe, ...options }: ConverterOptions): Koa<RequestState> {
  return createSubscriber(
    DELIVERY_PATHS.video,
    videoEvent,
    async (event, closedSignal) => {
      await convert(event, closedSignal);
      return 'SUCCESS';
    },
    { ...options, addRoutes: (router) => probeRoutes(router, probe) },
  );
}
