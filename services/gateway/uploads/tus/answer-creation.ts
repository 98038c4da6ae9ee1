import { randomUUID } from 'node:crypto';
import type { ParameterizedContext } from 'koa';
import { rateLimitHeaders } from '../../../shared/http/rate-limit-headers.ts';
import type { RequestState } from '../../../shared/http/request-state.ts';
import { isAppError } from '../../../shared/runtime/errors.ts';
import type { User } from '../../accounts/user.ts';
import type { Admission } from '../../limits/admission.ts';
import type { MinimumRate } from '../../limits/minimum-rate.ts';
import { parseIdempotencyKey } from '../idempotency.ts';
import { claimKey } from '../key-claim.ts';
import { createFinishedUpload, createUpload, type NewUpload } from './create-upload.ts';
import { readCreation } from './creation.ts';
import { TusDataStore } from './data-store.ts';
import { BYTES_TYPE, PATH, setProgress } from './headers.ts';
import { type Bytes, noBytes, openBytes } from './open-bytes.ts';
import { answerByTus } from './protocol.ts';
import { removeUpload } from './remove-upload.ts';
import { findRepeatedUpload } from './repeated-upload.ts';
import { type UploadRecord, uploadNotFound } from './upload-record.ts';
import type { ResumablePorts } from './uploads.ts';

type Context = ParameterizedContext<RequestState>;

interface Ports {
  resumable: ResumablePorts;
  admission: Admission;
  minimumRate: MinimumRate;
  stoppingSignal: AbortSignal;
}

/** Answers `POST /uploads`, which creates an upload, perhaps with its first bytes or all of them. */
export async function answerCreation(context: Context, user: User, ports: Ports): Promise<void> {
  const { resumable } = ports;
  const { log, traceId } = context.state;
  const { maxUploadBytes } = resumable.groupLimits[user.group];
  const creation = readCreation(context, maxUploadBytes);
  const key = parseIdempotencyKey(context.get('idempotency-key'));
  const id = randomUUID();
  const claimed = { owner: user.id, key, options: creation.options, uploadId: id };
  const repeated = key && (await findRepeatedUpload({ ...claimed, key }, creation.size, resumable));
  if (repeated) return respondCreated(context, repeated);

  const claim = await claimKey(resumable.idempotency, claimed, log);
  const upload: NewUpload = { id, user, traceId, key, creation, job: claim.jobId };
  // An upload of another kind has made the job.
  if (claim.earlier)
    return respondCreated(context, await createFinishedUpload(upload, claim.earlier, resumable));
  const created: { record?: UploadRecord } = {};
  try {
    using bytes = hasBytes(context) ? openBytes(context, user, ports) : noBytes;
    await createByTus(context, upload, bytes, created, ports);
  } catch (error) {
    // With a key, the client finds the upload again. One that was too slow is told where its upload is.
    if (!created.record) await claim.release(error);
    else if (key === undefined && !isAppError(error, 'too_slow'))
      await removeUpload(created.record, resumable).catch(() => undefined);
    throw error;
  }
}

async function createByTus(
  context: Context,
  upload: NewUpload,
  bytes: Bytes,
  created: { record?: UploadRecord },
  { resumable, admission }: Ports,
): Promise<void> {
  const { user, creation } = upload;
  await resumable.usage.admit(user, creation.size ?? 0);
  using openPlace = await resumable.openQuota.admit(user, TOO_MANY_OPEN);
  using jobPlace = await admission.admitResumable(user);
  const { maxUploadBytes: maxBytes } = resumable.groupLimits[user.group];
  const store = new TusDataStore(
    {
      find: () => Promise.reject(uploadNotFound()),
      async create() {
        created.record = await createUpload(upload, resumable);
        openPlace.keep();
        jobPlace.keep();
        return created.record;
      },
      body: bytes.body,
      checksum: bytes.checksum,
    },
    resumable,
  );
  await answerByTus(
    context,
    { method: 'POST', newId: upload.id, maxBytes, store, body: bytes.body },
    resumable,
  );
  bytes.requireRest(store.record);
  if (store.record) setProgress(context, store.record);
  context.set(rateLimitHeaders(await resumable.usage.rateLimits(user)));
  context.state.log.info({ upload_id: upload.id, size: upload.creation.size }, 'upload created');
}

const TOO_MANY_OPEN = {
  owner: 'you have too many unfinished uploads; finish or delete some',
  guests: 'too many uploads of guests are unfinished; register, or try again later',
  all: 'too many uploads are unfinished; try again later',
};

const hasBytes = (context: Context): boolean => context.get('content-type') === BYTES_TYPE;

/** Answers a repeated creation by the upload that exists. The client goes on from its offset. */
function respondCreated(context: Context, record: UploadRecord): void {
  context.body = null;
  context.status = 201;
  context.set('Location', `${PATH}/${record.id}`);
  if (hasBytes(context)) context.set('Upload-Offset', String(record.checkpoint.offset));
  setProgress(context, record);
}
