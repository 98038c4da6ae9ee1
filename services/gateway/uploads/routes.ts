import { randomUUID } from 'node:crypto';
import type Router from '@koa/router';
import { clientGone } from '../../shared/http/client-closed.ts';
import type { RequestState } from '../../shared/http/koa-app.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { firstOf, isAppError } from '../../shared/runtime/errors.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { Admission } from '../limits/admission.ts';
import { parseOptions } from './conversion-options.ts';
import { type Idempotency, parseIdempotencyKey } from './idempotency.ts';
import { lingering, receive } from './request-body.ts';
import type { AcceptRequest, StoreUpload } from './store-upload.ts';

export interface UploadPorts {
  /** Throws until it is known that the store keeps what is accepted. */
  requireReady: () => Promise<void>;
  authenticate: Authenticate;
  idempotency: Idempotency;
  admission: Admission;
  storeUpload: StoreUpload;
  maxUploadBytes: number;
  stopping: AbortSignal;
}

export function uploadRoutes(router: Router<RequestState>, ports: UploadPorts): void {
  const {
    requireReady: proved,
    authenticate,
    idempotency,
    admission,
    storeUpload: accept,
    maxUploadBytes,
    stopping,
  } = ports;

  router.post('/upload', lingering(stopping), async (context) => {
    const { req, state } = context;
    const user = await authenticate(context.get('authorization'));
    await proved();
    const options = parseOptions(context.query);
    const key = parseIdempotencyKey(context.get('idempotency-key'));
    const gone = new AbortController();
    const onClose = () => {
      if (!req.complete) gone.abort(clientGone());
    };
    req.once('close', onClose);

    const upload = (id: string, confirm: AcceptRequest['confirm']) =>
      admission.run(user.id, () =>
        receive(context, maxUploadBytes, (file) =>
          accept(file, { id, user, options, traceId: state.traceId, confirm, signal: gone.signal }),
        ),
      );
    const making = key === undefined ? upload(randomUUID(), async () => undefined) : once(key, upload);
    const job = await making.finally(() => req.off('close', onClose));
    state.log.info({ job_id: job.id, size: job.source.size, status: job.status }, 'video accepted');
    context.status = 202;
    context.set('Location', `/jobs/${job.id}`);
    context.body = { id: job.id, status: job.status };

    /** The key's job, by an upload only where there is none yet. */
    async function once(key: string, make: typeof upload): Promise<Job> {
      const keyed = { owner: user.id, key, options };
      const id = randomUUID();
      const earlier = await idempotency.claim(keyed, id);
      if (earlier) return earlier;
      try {
        const job = await make(id, () => idempotency.confirm(keyed, id));
        if (job.id !== id) await idempotency.redirect(keyed, id, job.id);
        return job;
      } catch (error) {
        const released = idempotency.release(keyed, id).catch((cause: unknown) => {
          state.log.warn({ err: cause }, 'the Idempotency-Key of a failed upload is free only after a while');
        });
        // A store that is away would only make the answer late.
        if (!isAppError(firstOf(error), 'unavailable')) await released;
        throw error;
      }
    }
  });
}
