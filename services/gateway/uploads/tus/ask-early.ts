import type { Sidecar } from '../../../shared/dapr/sidecar.ts';
import { traceparentOf } from '../../../shared/http/trace-context.ts';
import { canBeginEarly, EARLY_HEAD_BYTES, type EarlyRequest } from '../../../shared/jobs/early-request.ts';
import { unavailable } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type RetryPolicy, retryWhileUnavailable } from '../../../shared/runtime/retry.ts';
import { isWhole, type UploadRecord } from './upload-record.ts';

const TIMEOUT_MS = 5_000;
/** The sidecar chooses a converter for each request. So most of several converters were asked after these 16 seconds or so. */
const ASK_AGAIN: RetryPolicy = { maxAttempts: 8, pauseMs: 250, maxPauseMs: 4_000, hasJitter: true };

/**
 * Called whenever more of an upload is stored. When enough of it is, it asks converters to begin with the video, one after another,
 * until one begins, the upload is whole, or several were asked. Nothing depends on their answers, so that it does not wait for one: the
 * job is converted in any case once it is accepted.
 */
export type AskEarly = (upload: UploadRecord, storedBefore: number) => void;

export function createAskEarly(
  invoke: Sidecar['invoke'],
  stoppingSignal: AbortSignal,
  log: Log,
  askAgain: RetryPolicy = ASK_AGAIN,
): AskEarly {
  /** What ends the asking for each upload, by its id. */
  const asking = new Map<string, AbortController>();

  /** Resolves with the status of the answer that ended the asking. Throws `unavailable` where no converter begins. */
  function ask(request: EarlyRequest, traceId: string, signal: AbortSignal): Promise<number> {
    const askOne = async () => {
      const { status } = await invoke('converter', {
        ...{ method: 'POST', path: '/early', timeoutMs: TIMEOUT_MS, signal },
        headers: { 'content-type': 'application/json', traceparent: traceparentOf(traceId) },
        body: JSON.stringify(request),
      });
      if (isWorthAskingAgain(status)) throw unavailable('an idle converter', new Error(`status ${status}`));
      return status;
    };
    return retryWhileUnavailable(askOne, { ...askAgain, signal });
  }

  return (upload, storedBefore) => {
    const { id, job, blob, size, options, checkpoint, trace_id } = upload;
    if (isWhole(upload)) return asking.get(id)?.abort();
    const isNow = storedBefore < EARLY_HEAD_BYTES && checkpoint.offset >= EARLY_HEAD_BYTES;
    if (!isNow || size === null || !canBeginEarly({ size, options })) return;
    const whole = new AbortController();
    asking.set(id, whole);
    const signal = AbortSignal.any([whole.signal, stoppingSignal]);
    ask({ job_id: job, blob_id: blob, size, options }, trace_id, signal)
      .then(
        (status) => log.debug({ upload_id: id, status }, 'a converter was asked to begin early'),
        (error: unknown) => log.debug({ upload_id: id, err: error }, 'no converter begins early'),
      )
      .finally(() => asking.delete(id));
  };
}

/** A busy converter answers with 204, and one that is not ready with 503. Another converter may be idle. */
const isWorthAskingAgain = (status: number): boolean => status === 204 || status >= 500;
