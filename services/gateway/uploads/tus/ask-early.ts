import type { Sidecar } from '../../../shared/dapr/sidecar.ts';
import { traceparentOf } from '../../../shared/http/trace-context.ts';
import { canBeginEarly, EARLY_HEAD_BYTES, type EarlyRequest } from '../../../shared/jobs/early-request.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { UploadRecord } from './upload-record.ts';

const TIMEOUT_MS = 5_000;

/**
 * Called whenever more of an upload is stored. It asks a converter once to begin with the video. Nothing depends on its answer, so
 * that it does not wait for one: the job is converted in any case once it is accepted.
 */
export type AskEarly = (upload: UploadRecord, storedBefore: number) => void;

export function createAskEarly(invoke: Sidecar['invoke'], stoppingSignal: AbortSignal, log: Log): AskEarly {
  return (upload, storedBefore) => {
    const { id, job, blob, size, options, checkpoint, trace_id } = upload;
    const isNow = storedBefore < EARLY_HEAD_BYTES && checkpoint.offset >= EARLY_HEAD_BYTES;
    if (!isNow || size === null || checkpoint.offset === size || !canBeginEarly({ size, options })) return;
    const request: EarlyRequest = { job_id: job, blob_id: blob, size, options };
    invoke('converter', {
      ...{ method: 'POST', path: '/early', timeoutMs: TIMEOUT_MS, signal: stoppingSignal },
      headers: { 'content-type': 'application/json', traceparent: traceparentOf(trace_id) },
      body: JSON.stringify(request),
    }).then(
      ({ status }) => log.debug({ upload_id: id, status }, 'a converter was asked to begin early'),
      (error: unknown) => log.debug({ upload_id: id, err: error }, 'no converter was asked to begin early'),
    );
  };
}
