import { isFinalStatus } from '../../../shared/jobs/job.ts';
import type { JobView } from '../../../shared/jobs/job-view.ts';
import type { LocalFile } from '../../sound/local-file.ts';
import type { AcceptedUpload } from '../../uploads/upload-view.ts';
import { FileChangedError } from '../file-changed.ts';
import { isProblem, ProblemError } from '../http/errors.ts';
import { retry } from '../http/retry.ts';
import { getJob } from '../jobs.ts';
import type { Session } from '../session/session.ts';
import { streamFile } from './file-stream.ts';
import { fingerprintOf } from './fingerprint.ts';
import { uploadVideo } from './plain-upload.ts';
import { randomKey } from './random-key.ts';
import { NotResumableError, type UploadPorts, uploadResumable } from './resumable-upload.ts';
import { createTus } from './tus.ts';
import type { UploadRecord, UploadStore } from './upload-store.ts';

/** The gateway stores chunks of this size. Of a file that is not larger, nothing could be resumed. */
const RESUMABLE_FROM_BYTES = 1024 * 1024;
const TERMINATE_MS = 5_000;
const BLOB_PIECE_BYTES = 8 * 1024 * 1024;
/** The user has to log in again, or has too much work at the moment. */
const MAY_PASS = [401, 409, 423, 429];

export interface FileUpload {
  /** What is sent. */
  file: LocalFile;
  /** The same bytes as a Blob, where the platform has them as one. */
  blob: Blob | undefined;
  /** A media type. */
  type: string;
  /** See `Film`. */
  identity: string;
  /** `filename`, the options of the conversion, and other parameters of an upload. */
  parameters: Record<string, string>;
  /** Whether a failed job of an earlier run is the answer, too. By default the file is sent again after a failure. */
  acceptsFailure?: (job: JobView) => boolean;
}

export interface FileUploadPorts extends UploadPorts {
  uploads: UploadStore;
  /** Gets the fingerprint under which the upload is remembered. With it, `forgetUpload` removes an unfinished upload. */
  onFingerprint?: ((fingerprint: string) => void) | undefined;
  /** Called before the first byte is sent, and not where nothing has to be sent. */
  onStart?: (() => void) | undefined;
  /** Called where another run sends the same file, before the wait for it. */
  onWait?: (() => void) | undefined;
}

export interface UploadedFile extends Pick<JobView, 'id' | 'status' | 'error'> {
  /** Whether an earlier run has made the job, and nothing was sent. */
  isEarlier: boolean;
}

/**
 * Sends a file, or goes on where an earlier run has stopped. Where that run has sent all of it, and the job has not failed since,
 * nothing is sent.
 * @throws ProblemError, UnreachableError, FileChangedError
 */
export async function uploadFile(
  session: Session,
  upload: FileUpload,
  ports: FileUploadPorts,
): Promise<UploadedFile> {
  const { uploads, signal, onWait = () => undefined } = ports;
  const { url, account } = session;
  const fingerprint = await fingerprintOf({ url, account, ...upload });
  ports.onFingerprint?.(fingerprint);
  const work = async (): Promise<UploadedFile> => {
    const record = await uploads.find(fingerprint);
    const earlier = await findJob(session, record?.job, ports);
    if (earlier && (isUsable(earlier) || upload.acceptsFailure?.(earlier))) {
      return { id: earlier.id, status: earlier.status, error: earlier.error, isEarlier: true };
    }
    ports.onStart?.();
    const left = record?.job === undefined ? record : undefined;
    const save = (changed: UploadRecord) => uploads.save(fingerprint, changed);
    try {
      const { id, status } = await send(session, { ...upload, record: left, save }, ports);
      return { id, status, error: null, isEarlier: false };
    } catch (error) {
      if (isFinal(error)) await forgetUpload(session, fingerprint, ports);
      throw error;
    }
  };
  return uploads.exclusively(fingerprint, work, { onWait, signal });
}

interface Sending extends FileUpload {
  /** What another run has left of this upload. */
  record: UploadRecord | undefined;
  save: (record: UploadRecord) => Promise<void>;
}

async function send(session: Session, sending: Sending, ports: FileUploadPorts): Promise<AcceptedUpload> {
  if (sending.file.size <= RESUMABLE_FROM_BYTES) return sendPlain(session, sending, ports);
  try {
    return await uploadResumable(session, sending, ports);
  } catch (error) {
    if (!(error instanceof NotResumableError)) throw error;
    return sendPlain(session, { ...sending, record: undefined }, ports);
  }
}

/** Sends the file in one request. A later run repeats its key, so that it gets the same job where only the response was lost. */
async function sendPlain(
  session: Session,
  { file, blob, type, parameters, record, save }: Sending,
  { clock, signal, streaming, onProgress, onRetry }: FileUploadPorts,
): Promise<AcceptedUpload> {
  const { filename = '', ...options } = parameters;
  const key = record?.key ?? randomKey();
  await save({ key });
  const body = streaming ? undefined : (blob ?? (await toBlob(file)));
  const video = { name: filename, size: file.size, type, open: () => body ?? streamFile(file) };
  const accepted = await uploadVideo(session, video, {
    ...{ key, options, clock, signal },
    ...(onProgress && { onProgress }),
    ...(onRetry && { onRetry }),
  });
  await save({ key, job: accepted.id });
  return accepted;
}

async function toBlob(file: LocalFile): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < file.size; start += BLOB_PIECE_BYTES) {
    pieces.push(await file.read(start, Math.min(file.size, start + BLOB_PIECE_BYTES)));
  }
  return new Blob(pieces);
}

/** The job of an earlier run; undefined where there is none any more. */
async function findJob(
  session: Session,
  id: string | undefined,
  { clock, signal }: FileUploadPorts,
): Promise<JobView | undefined> {
  if (id === undefined) return undefined;
  try {
    return await retry(() => getJob(session, id, signal), { clock, signal });
  } catch (error) {
    if (!isProblem(error, 'not_found')) throw error;
    return undefined;
  }
}

/** Whether the job has become an MP3, or will be. */
const isUsable = ({ status }: JobView): boolean => status === 'done' || !isFinalStatus(status);

/** Whether the same upload would be refused again, or must not be resumed. */
const isFinal = (error: unknown): boolean =>
  error instanceof FileChangedError ||
  (error instanceof ProblemError && error.status < 500 && !MAY_PASS.includes(error.status));

/** Forgets an upload, here and at the gateway, where it would count for the quota of its user until it expires. */
export async function forgetUpload(
  session: Session,
  fingerprint: string,
  { uploads, signal }: Pick<FileUploadPorts, 'uploads' | 'signal'>,
): Promise<void> {
  const record = await uploads.find(fingerprint);
  await uploads.remove(fingerprint);
  if (record?.upload === undefined) return;
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(TERMINATE_MS)]);
  await createTus(session)
    .terminate(record.upload, timeoutSignal)
    .catch(() => undefined);
}
