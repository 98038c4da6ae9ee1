import { isFinal, isVisible, type Job, type VisibleJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import { retryWhileUnavailable } from '../../shared/runtime/retry.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { FollowPorts } from './follow-job.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { OwnerWatch } from './job-watcher.ts';
import { format, HEARTBEAT, type Message, RETRY } from './message.ts';
import { createOwnerChanges, type OwnerChanges } from './owner-changes.ts';
import { formatStreamTime, isResumable, mayHaveChangedSince, parseStreamTime } from './stream-time.ts';

export interface FollowOwnerPorts extends FollowPorts {
  jobs: Pick<JobStore, 'get'>;
  /** How long a job stays in the index of active jobs after its last change, at least. */
  stallTimeoutMs: number;
}

/**
 * The text of the event stream of all jobs of a user. It begins with the unfinished ones and the event `snapshot`, goes on with
 * each change, and does not end by itself. An id is a time up to which the client knows everything.
 */
export async function* followOwner(
  ports: FollowOwnerPorts,
  owner: string,
  lastEventId: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  using watch = ports.watcher.watchOwner(owner);
  const changes = createOwnerChanges(ports.queue);
  const heartbeat = createHeartbeat();
  yield RETRY;
  while (watch.completeAt === undefined) {
    // The store may be unavailable. The client has to see that the stream lives.
    if (heartbeat.isDue()) {
      heartbeat.reset();
      yield HEARTBEAT;
    }
    await watch.wait(heartbeat.remainingMs(), signal);
  }
  yield* snapshot(ports, watch, changes, parseStreamTime(lastEventId));
  for (heartbeat.reset(); ; await watch.wait(heartbeat.remainingMs(), signal)) {
    const id = formatStreamTime(watch.completeAt);
    let previous: Message | undefined;
    for await (const message of newMessages(ports, watch, changes, signal)) {
      heartbeat.reset();
      if (previous) yield format(previous);
      previous = message;
    }
    // Only with the last of these events does the client know everything.
    if (previous) yield format({ ...previous, id });
    else if (heartbeat.isDue()) {
      heartbeat.reset();
      yield HEARTBEAT + format({ event: 'alive', data: {}, id });
    }
  }
}

/** The first events: the unfinished jobs, and those that ended since the client was cut off, as far as that is known. */
function* snapshot(
  { queue, stallTimeoutMs }: FollowOwnerPorts,
  { jobs, completeAt = 0 }: OwnerWatch,
  changes: OwnerChanges,
  since: number | undefined,
): Generator<string> {
  const isResumed = since !== undefined && isResumable(since, { completeAt, stallTimeoutMs });
  let unfinished = 0;
  for (const stored of byCreation(jobs)) {
    const { document } = stored;
    if (isUnfinished(document)) unfinished += 1;
    else if (!isResumed || !mayHaveChangedSince(document, since)) {
      changes.skip(stored);
      continue;
    }
    const message = messageFor(changes.next(stored), document.id, queue);
    if (message) yield format(message);
  }
  const data = { unfinished, resumed: isResumed };
  yield format({ event: 'snapshot', data, id: formatStreamTime(completeAt) });
}

async function* newMessages(
  { jobs, queue }: FollowOwnerPorts,
  watch: OwnerWatch,
  changes: OwnerChanges,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  for (const id of watch.jobs.keys()) {
    const stored = watch.jobs.get(id);
    const message = stored && messageFor(changes.next(stored), id, queue);
    if (message) yield message;
  }
  // These jobs ended, and were cleaned up, while the store was unavailable or the client did not read.
  for (const id of changes.forgetAllBut(watch.jobs)) {
    const ended = await retryWhileUnavailable(() => readVisible(jobs, id, signal), { signal });
    yield { event: ended ? 'job' : 'gone', data: ended ? queue.viewNow(ended) : { id } };
  }
}

function messageFor(
  change: VisibleJob | 'gone' | undefined,
  id: string,
  queue: FollowOwnerPorts['queue'],
): Message | undefined {
  if (change === 'gone') return { event: 'gone', data: { id } };
  return change && { event: 'job', data: queue.viewNow(change) };
}

const isUnfinished = (job: Job): boolean => isVisible(job) && !isFinal(job);

const byCreation = (jobs: ReadonlyMap<string, Stored<Job>>): Stored<Job>[] =>
  [...jobs.values()].sort((a, b) => (a.document.created_at < b.document.created_at ? -1 : 1));

async function readVisible(
  jobs: FollowOwnerPorts['jobs'],
  id: string,
  signal: AbortSignal,
): Promise<Job | undefined> {
  try {
    return (await jobs.get(id, signal)).document;
  } catch (error) {
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  }
}
