import type Router from '@koa/router';
import type { Context, ParameterizedContext } from 'koa';
import { rateLimitHeaders } from '../../shared/http/rate-limit-headers.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { Admission } from '../limits/admission.ts';
import type { GroupLimits } from '../limits/group-limits.ts';
import type { MinimumRate } from '../limits/minimum-rate.ts';
import type { Owner } from '../limits/owner.ts';
import type { DayUsage } from '../usage/day-usage.ts';
import { discardRest } from './discard-rest.ts';
import { type Idempotency, parseIdempotencyKey } from './idempotency.ts';
import { claimKey, type KeyClaim } from './key-claim.ts';
import { openUpload } from './open-upload.ts';
import { parseOriginal } from './original-file.ts';
import { readToEnd } from './read-to-end.ts';
import { requestAbortedSignal } from './request-stream.ts';
import { parseWhole } from './sound-only/parse-whole.ts';
import type { StoreUpload } from './store-upload.ts';
import { uploadOptions } from './upload-options.ts';

export interface UploadPorts {
  /** Throws until the startup check has shown that the store keeps its promises. */
  requireReady: () => Promise<void>;
  authenticate: Authenticate;
  idempotency: Idempotency;
  admission: Admission;
  storeUpload: StoreUpload;
  usage: DayUsage;
  groupLimits: GroupLimits;
  minimumRate: MinimumRate;
  stoppingSignal: AbortSignal;
}

/** The route `POST /upload`. It responds with 202 once the job is stored. */
export function uploadRoutes(router: Router<RequestState>, ports: UploadPorts): void {
  const { authenticate, requireReady, idempotency, admission, storeUpload, usage, groupLimits, minimumRate } =
    ports;

  router.post('/upload', scope('upload'), discardRest(ports.stoppingSignal), async (context) => {
    const { log, traceId } = context.state;
    const user = await authenticate(context.get('authorization'));
    const { maxUploadBytes } = groupLimits[user.group];
    await requireReady();
    const query = uploadOptions(context.querystring);
    query.check();
    const parameters = [...new URLSearchParams(context.querystring)];
    const [original, isWhole] = [parseOriginal(parameters), parseWhole(parameters)];
    const key = parseIdempotencyKey(context.get('idempotency-key'));
    const signal = requestAbortedSignal(context.req);
    // The fields of a form are options, too, and may follow its file.
    const isForm = Boolean(context.is('multipart/form-data'));
    const known = isForm ? undefined : query.parse();
    const claim = await claimKey(idempotency, { owner: user.id, key, options: known }, log);
    if (claim.earlier && known) return respond(context, claim.earlier);
    try {
      if (claim.earlier)
        return respond(
          context,
          await findRepeated(context, claim, { ...ports, owner: user, maxUploadBytes, signal }),
        );
      // A form is longer than its file, so its length says too little.
      await usage.admit(user, isForm ? 0 : Number(context.get('content-length') || 0));
      using place = await admission.admitUpload(user);
      using body = await openUpload(context, { maxBytes: maxUploadBytes, minimumRate });
      const { check, parse: options } = uploadOptions(context.querystring, body);
      check();
      const { filename, bytes } = body;
      const { jobId: id, confirm } = claim;
      const job = await storeUpload({
        ...{ id, user, options, traceId, filename, original, isWhole, bytes, confirm, signal },
      });
      place.keep();
      await claim.complete(job);
      context.set(rateLimitHeaders(await usage.rateLimits(user)));
      log.info({ job_id: job.id, size: job.source.size, status: job.status }, 'video accepted');
      respond(context, job);
    } catch (error) {
      await claim.release(error);
      throw error;
    }
  });
}

interface RepeatedUpload extends Pick<UploadPorts, 'admission' | 'minimumRate'> {
  owner: Owner;
  maxUploadBytes: number;
  signal: AbortSignal;
}

/** Reads a repeated form to its end and returns the job of the first one. Throws `idempotency_key_reused` for other options. */
async function findRepeated(
  context: ParameterizedContext<RequestState>,
  { repeat }: KeyClaim,
  { owner, admission, minimumRate, maxUploadBytes: maxBytes, signal }: RepeatedUpload,
): Promise<Job> {
  using _place = admission.admitBytes(owner);
  using body = await openUpload(context, { maxBytes, minimumRate });
  await readToEnd(body.bytes, { maxBytes, signal });
  return repeat(uploadOptions(context.querystring, body).parse());
}

function respond(context: Pick<Context, 'status' | 'set' | 'body'>, { id, status }: Job): void {
  context.status = 202;
  context.set('Location', `/jobs/${id}`);
  context.body = { id, status };
}
