import type Router from '@koa/router';
import type { Context } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { Admission } from '../limits/admission.ts';
import { parseOptions } from './conversion-options.ts';
import { discardRest } from './discard-rest.ts';
import { type Idempotency, parseIdempotencyKey } from './idempotency.ts';
import { claimKey } from './key-claim.ts';
import { openUpload } from './open-upload.ts';
import { requestAbortedSignal } from './request-stream.ts';
import type { StoreUpload } from './store-upload.ts';

export interface UploadPorts {
  /** Throws until the startup check has shown that the store keeps its promises. */
  requireReady: () => Promise<void>;
  authenticate: Authenticate;
  idempotency: Idempotency;
  admission: Admission;
  storeUpload: StoreUpload;
  maxUploadBytes: number;
  stoppingSignal: AbortSignal;
}

/** The route `POST /upload`. It responds with 202 once the job is stored. */
export function uploadRoutes(router: Router<RequestState>, ports: UploadPorts): void {
  const { authenticate, requireReady, idempotency, admission, storeUpload, maxUploadBytes } = ports;

  router.post('/upload', discardRest(ports.stoppingSignal), async (context) => {
    const { log, traceId } = context.state;
    const user = await authenticate(context.get('authorization'));
    await requireReady();
    const options = parseOptions(context.query);
    const key = parseIdempotencyKey(context.get('idempotency-key'));
    const signal = requestAbortedSignal(context.req);
    const claim = await claimKey(idempotency, { owner: user.id, key, options }, log);
    if (claim.earlier) return respond(context, claim.earlier);
    try {
      using place = await admission.admitUpload(user.id);
      using body = await openUpload(context, maxUploadBytes);
      const { filename, bytes } = body;
      const { jobId: id, confirm } = claim;
      const job = await storeUpload({ id, user, options, traceId, filename, bytes, confirm, signal });
      place.keep();
      await claim.complete(job);
      log.info({ job_id: job.id, size: job.source.size, status: job.status }, 'video accepted');
      respond(context, job);
    } catch (error) {
      await claim.release(error);
      throw error;
    }
  });
}

function respond(context: Pick<Context, 'status' | 'set' | 'body'>, { id, status }: Job): void {
  context.status = 202;
  context.set('Location', `/jobs/${id}`);
  context.body = { id, status };
}
