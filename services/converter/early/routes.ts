import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { earlyRequest } from '../../shared/jobs/early-request.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { EarlyConversions } from './early-conversions.ts';

/**
 * The route by which the gateway says that a video is being uploaded. Nobody else may call it. It answers at once: 202 where this
 * converter begins, and 204 where it leaves the video until its job is accepted.
 */
export function earlyRoutes(router: Router<RequestState>, early: Pick<EarlyConversions, 'begin'>): void {
  router.post('/early', jsonBody, (context) => {
    const { data, error } = earlyRequest.safeParse(context.request.body);
    if (!data)
      throw new AppError('bad_request', 'the body is not a request for an early conversion', {
        cause: error,
      });
    context.status = early.begin(data) ? 202 : 204;
  });
}
