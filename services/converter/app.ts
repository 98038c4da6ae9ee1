import type Koa from 'koa';
import type { EventSecrets } from '../shared/contract/event-secret.ts';
import { videoEvent } from '../shared/contract/events.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { requireCaller } from '../shared/http/require-caller.ts';
import { createSubscriber, type SubscriberOptions } from '../shared/http/subscriber.ts';
import type { EarlyConversions } from './early/early-conversions.ts';
import { earlyRoutes } from './early/routes.ts';
import type { Convert } from './job/convert.ts';
import { type ProbePorts, probeRoutes } from './probe/routes.ts';

export interface ConverterOptions extends SubscriberOptions {
  convert: Convert;
  probe: ProbePorts;
  /** Without it, no conversion begins during an upload. */
  early?: Pick<EarlyConversions, 'begin'> | undefined;
  /** The secrets of the tokens of callers. Without them, every caller of the sidecar may ask for a probe. */
  callerSecrets?: EventSecrets | undefined;
}

/** The application that converts a video for each `video` event, and answers the gateway's `POST /probe` and `POST /early`. Binds no port. */
export function createConverterApp({
  convert,
  probe,
  early,
  callerSecrets,
  ...options
}: ConverterOptions): Koa<RequestState> {
  return createSubscriber(
    'video',
    videoEvent,
    async (event, closedSignal) => {
      await convert(event, closedSignal);
      return 'SUCCESS';
    },
    {
      ...options,
      addRoutes(router) {
        router.use('/probe', requireCaller('converter', callerSecrets));
        probeRoutes(router, probe);
        if (!early) return;
        router.use('/early', requireCaller('converter', callerSecrets));
        earlyRoutes(router, early);
      },
    },
  );
}
