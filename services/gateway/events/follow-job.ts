import { createHash } from 'node:crypto';
import { isFinal, type Job, type VisibleJob } from '../../shared/jobs/job.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Queue } from '../queue/queue.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { JobWatcher } from './job-watcher.ts';
import { format, HEARTBEAT, RETRY } from './message.ts';

export interface FollowPorts {
  watcher: JobWatcher;
  queue: Pick<Queue, 'placeOf' | 'viewNow'>;
}

/**
 * Names a state of a job as its owner sees it: the stored document, by its ETag, and its place in the queue. Every replica gives
 * the same state the same id, because neither comes from the memory of a process.
 */
export function stateId({ document, etag }: Stored<Job>, queue: FollowPorts['queue']): string {
  const place = queue.placeOf(document);
  const parts = [document.id, etag, place?.position, place?.converters];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/**
 * The text of an event stream: the job as it is, unless the client has seen that state, and after each change, until it is final.
 * The last event of a job that is deleted or expires is `gone`: without it, a client would connect again and get a 404.
 */
export async function* followJob(
  { watcher, queue }: FollowPorts,
  first: Stored<VisibleJob>,
  lastEventId: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  using watch = watcher.watchJob(first);
  const heartbeat = createHeartbeat();
  yield RETRY;
  for (let sent = lastEventId; ; ) {
    const state = watch.latest();
    if (state === 'gone') {
      // Browsers ignore an event without data.
      yield format({ event: 'gone', data: { id: first.document.id } });
      return;
    }
    const id = stateId(state, queue);
    if (id !== sent) {
      sent = id;
      heartbeat.reset();
      yield format({ id, event: 'job', data: queue.viewNow(state.document) });
    } else if (heartbeat.isDue()) {
      heartbeat.reset();
      yield HEARTBEAT;
    }
    if (isFinal(state.document)) return;
    await watch.wait(heartbeat.remainingMs(), signal);
  }
}
