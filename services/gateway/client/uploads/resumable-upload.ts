import type { LocalFile } from '../../sound/local-file.ts';
import type { AcceptedUpload } from '../../uploads/upload-view.ts';
import type { Clock } from '../http/clock.ts';
import { ConnectionLostError, isProblem, ProblemError, statusOf, UnreachableError } from '../http/errors.ts';
import { createRetrySchedule, LONG_WAIT_MS } from '../http/retry.ts';
import type { Session } from '../session/session.ts';
import { randomKey } from './random-key.ts';
import { sendRest } from './send-rest.ts';
import { type Creation, createTus, type Tus } from './tus.ts';
import type { UploadRecord } from './upload-store.ts';

export interface ResumableUpload {
  file: LocalFile;
  /** The name of the file, the options of the conversion, and other parameters of an upload. */
  parameters: Record<string, string>;
  /** What another run has left of this upload. */
  record: UploadRecord | undefined;
  /** Keeps what a later run has to know. */
  save: (record: UploadRecord) => Promise<void>;
}

export interface UploadEvents {
  /** Gets the bytes of the file that the gateway has got so far. They become fewer where some have to be sent again. */
  onProgress?: ((bytes: number) => void) | undefined;
  /** Called where an earlier run has sent the first bytes, with their number. */
  onResume?: ((bytes: number) => void) | undefined;
  /** Called before each wait, with its length. */
  onRetry?: ((error: unknown, seconds: number) => void) | undefined;
}

export interface UploadPorts extends UploadEvents {
  clock: Clock;
  /** Whether the platform can send a stream as the body of a request. Browsers over HTTP/1.1 cannot. */
  streaming: boolean;
  signal: AbortSignal;
}

/** The gateway is older than resumable uploads, or a proxy does not let their methods through. */
export class NotResumableError extends Error {
  override readonly name = 'NotResumableError';
}

/** Somebody may be watching for a gateway that comes back, and after a failure each attempt begins with a small request. */
const MAX_DELAY_MS = 3_000;
/** How often in a row an upload is begun again that the gateway does not know any more, before any byte has arrived. */
const MAX_RESTARTS = 3;
/** The offset is not that of the server, another request holds the upload, or a checksum is wrong: ask for the offset again. */
const ASK_AGAIN = [409, 423, 460];
const GONE = [404, 410];
const METHOD_REFUSED = [405, 501];
const NOT_RESUMABLE = 'The gateway does not take resumable uploads.';

/**
 * Sends a file by tus 1.0. After a failure it goes on with the first byte that the gateway does not have.
 * @throws NotResumableError, ProblemError, UnreachableError; what reading the file throws
 */
export async function uploadResumable(
  session: Session,
  { file, parameters, record, save }: ResumableUpload,
  ports: UploadPorts,
): Promise<AcceptedUpload> {
  const { clock, signal, onRetry, onResume } = ports;
  const tus = createTus(session);
  const schedule = createRetrySchedule({
    ...{ maxWaitMs: LONG_WAIT_MS, maxDelayMs: MAX_DELAY_MS },
    alsoTransient: isTransient,
  });
  let current = record ?? { key: randomKey() };
  let isResumed = record?.upload !== undefined;
  let arrived = 0;
  let restarts = 0;

  /** Only bytes that the gateway confirms count as progress: a proxy may take them, and lose them. */
  const confirm = (offset: number) => {
    if (offset > arrived) {
      schedule.reset();
      restarts = 0;
    }
    arrived = offset;
    ports.onProgress?.(offset);
  };
  const keep = async (changed: UploadRecord) => {
    current = changed;
    await save(changed);
  };

  for (let attempt = 1; ; attempt++) {
    try {
      // A run that is killed before it hears of its upload leaves the key, with which the next one finds it.
      if (attempt === 1 && record === undefined) await save(current);
      const id =
        current.upload ?? (await begin(tus, { size: file.size, parameters, key: current.key }, signal));
      // The creation of an upload with a key of an earlier run, or attempt, may have been a repetition.
      const isNew = current.upload === undefined && record === undefined && attempt === 1;
      if (current.upload === undefined) await keep({ ...current, upload: id });
      const offset = isNew ? 0 : await tus.offset(id, signal);
      if (isResumed && offset > 0) onResume?.(offset);
      isResumed = false;
      confirm(offset);
      await sendRest(tus, { id, file, offset }, { ...ports, onConfirm: confirm });
      const job = await jobOf(tus, id, file.size, signal);
      await keep({ ...current, job: job.id });
      return job;
    } catch (error) {
      if (signal.aborted || error instanceof NotResumableError) throw error;
      if (METHOD_REFUSED.includes(statusOf(error) ?? 0))
        throw new NotResumableError(NOT_RESUMABLE, { cause: error });
      if (isGone(error) && restarts < MAX_RESTARTS) {
        restarts += 1;
        await keep({ key: randomKey() });
        continue;
      }
      const milliseconds = schedule.delayAfter(error);
      onRetry?.(error, milliseconds / 1000);
      await clock.sleep(milliseconds, signal);
    }
  }
}

/** @throws NotResumableError where the gateway does not know the route */
async function begin(tus: Tus, creation: Creation, signal: AbortSignal): Promise<string> {
  try {
    return await tus.create(creation, signal);
  } catch (error) {
    if (isProblem(error, 'not_found')) throw new NotResumableError(NOT_RESUMABLE, { cause: error });
    throw error;
  }
}

async function jobOf(tus: Tus, id: string, size: number, signal: AbortSignal): Promise<AcceptedUpload> {
  const { job } = await tus.view(id, signal);
  if (job) return job;
  // The gateway may have died between the last byte and the job. An empty request completes the upload.
  await tus.patch(id, { offset: size, size: 0, body: () => '' }, signal);
  const again = await tus.view(id, signal);
  if (!again.job)
    throw new ConnectionLostError('The gateway has the whole file, but has made no job of it yet.');
  return again.job;
}

/** Whether the gateway has no such upload any more, or its key belongs to another one. */
const isGone = (error: unknown): boolean =>
  error instanceof ProblemError && (GONE.includes(error.status) || error.code === 'idempotency_key_reused');

const isTransient = (error: unknown): boolean => {
  const status = statusOf(error) ?? 0;
  return error instanceof UnreachableError || status >= 500 || ASK_AGAIN.includes(status);
};
