import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type VideoEvent } from '../../../services/shared/contract/events.ts';
import type { Stage } from '../harness.ts';

const TRY_MS = 30_000;

/** The event of a job once more, several times, as a broker may deliver it; through a gateway's sidecar, which may publish. */
export async function publishVideo(
  { launched: { system } }: Stage,
  job_id: string,
  times: number,
  signal: AbortSignal,
): Promise<void> {
  const event: VideoEvent = { job_id, trace_id: randomBytes(16).toString('hex') };
  const url = `http://127.0.0.1:${system.apps.gateway.daprHttpPort}/v1.0/publish/pubsub/${TOPICS.video}`;
  const publish = async (): Promise<void> => {
    for (const end = performance.now() + TRY_MS; ; ) {
      const reply = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'dapr-api-token': system.tokens.daprApi },
        body: JSON.stringify(event),
        signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      }).catch(() => undefined);
      if (reply?.ok) return;
      signal.throwIfAborted();
      if (performance.now() > end)
        throw new Error(`the event of job ${job_id} could not be published for ${TRY_MS / 1000} s`);
      await sleep(500, undefined, { signal });
    }
  };
  await Promise.all(Array.from({ length: times }, publish));
}
