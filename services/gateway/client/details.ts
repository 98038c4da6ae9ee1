import { type Mp3Details, mp3Details } from '../../shared/jobs/mp3-details.ts';
import type { Clock } from './http/clock.ts';
import { retry } from './http/retry.ts';
import type { Session } from './session/session.ts';

/** Shorter than the default, because the response is small. */
const IDLE_TIMEOUT_MS = 15_000;

/**
 * Repeats the request while the gateway is busy.
 * @throws ProblemError `not_found`, also for the MP3 of an earlier release; `not_ready` for a job without an MP3
 */
export function getDetails(
  session: Session,
  id: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Mp3Details> {
  const attempt = async () => {
    const path = `/jobs/${id}/details`;
    const reply = await session.send({ method: 'GET', path, idleTimeoutMs: IDLE_TIMEOUT_MS, signal });
    return reply.json(mp3Details);
  };
  return retry(attempt, { clock, signal });
}
