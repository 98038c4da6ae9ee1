import { randomBytes } from 'node:crypto';
import { TOPICS, type VideoEvent } from '../../../services/shared/contract/events.ts';
import { retry } from '../../support/retry.ts';
import type { Harness } from '../harness.ts';

const PUBLISH_MS = 30_000;

/**
 * Publishes the `video` event of a job several times, as a broker that delivers it more than once. It uses the sidecar of a gateway,
 * which may publish. Throws if the sidecar takes none for 30 s.
 */
export async function publishVideo(
  { launched: { system } }: Harness,
  { jobId, times, signal }: { jobId: string; times: number; signal: AbortSignal },
): Promise<void> {
  const event: VideoEvent = { job_id: jobId, trace_id: randomBytes(16).toString('hex') };
  const url = `http://127.0.0.1:${system.apps.gateway.daprHttpPort}/v1.0/publish/pubsub/${TOPICS.video}`;
  const publish = () =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'dapr-api-token': system.tokens.daprApi },
      body: JSON.stringify(event),
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
  function pauseAfter(isPublished: boolean, isLate: boolean): number | undefined {
    if (isPublished) return undefined;
    signal.throwIfAborted();
    if (isLate)
      throw new Error(`the event of job ${jobId} could not be published for ${PUBLISH_MS / 1000} s`);
    return 500;
  }
  await Promise.all(
    Array.from({ length: times }, () => retry(publish, { timeoutMs: PUBLISH_MS, pauseAfter, signal })),
  );
}
