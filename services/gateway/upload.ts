import type Router from '@koa/router';
import { AppError } from '../shared/errors.ts';
import type { RequestState } from '../shared/http.ts';
import type { Accept } from './accept.ts';
import type { Authenticate } from './authenticate.ts';
import { parseOptions } from './options.ts';
import { lingering, receive } from './receive.ts';

export function uploadRoutes(
  router: Router<RequestState>,
  {
    authenticate,
    accept,
    maxUploadBytes,
  }: { authenticate: Authenticate; accept: Accept; maxUploadBytes: number },
): void {
  router.post('/upload', lingering, async (context) => {
    const { req, state } = context;
    const user = await authenticate(context.get('authorization'));
    const options = parseOptions(context.query);
    const gone = new AbortController();
    const onClose = () => {
      if (!req.complete) gone.abort(new AppError('bad_request', 'the client went away'));
    };
    req.once('close', onClose);
    const request = { user, options, traceId: state.traceId, signal: gone.signal };
    const job = await receive(context, maxUploadBytes, (upload) => accept(upload, request)).finally(() =>
      req.off('close', onClose),
    );
    state.log.info({ job_id: job.id, size: job.source.size }, 'video accepted');
    context.status = 202;
    context.set('Location', `/jobs/${job.id}`);
    context.body = { id: job.id, status: job.status };
  });
}
