import { isFinal, isVisible, type Job, type VisibleJob } from '../../shared/jobs/job.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Queue } from '../queue/queue.ts';

/**
 * Places up to this one are sent with each change, and those behind it when a tenth of the way is gone. Otherwise each start of a
 * job would send all the jobs behind it again.
 */
const EXACT_PLACES = 10;

/** What the client was told last about a job. `hidden`: nothing, because nobody may see the job yet, or it was deleted. */
type Sent = 'hidden' | { etag: string; isUnfinished: boolean; position: number; converters: number };

/**
 * What a client has been told of the jobs of a user. It holds a few bytes for each job that is active, whatever the client reads.
 */
export interface OwnerChanges {
  /** Records a job of which the client needs no event, because it ended before the stream began. */
  skip(stored: Stored<Job>): void;
  /** What the client has to be told of the job now: the job, that it is gone, or nothing. It counts as told. */
  next(stored: Stored<Job>): VisibleJob | 'gone' | undefined;
  /**
   * Forgets the jobs that are not active any more. Returns those of which the client has not been told an end.
   */
  forgetAllBut(active: ReadonlyMap<string, unknown>): string[];
}

export function createOwnerChanges(queue: Pick<Queue, 'placeOf'>): OwnerChanges {
  const sent = new Map<string, Sent>();

  function sentOf({ document, etag }: Stored<Job>): Sent {
    if (!isVisible(document)) return 'hidden';
    const { position = 0, converters = 0 } = queue.placeOf(document) ?? {};
    return { etag, isUnfinished: !isFinal(document), position, converters };
  }

  return {
    skip(stored) {
      sent.set(stored.document.id, sentOf(stored));
    },
    next(stored) {
      const { id, status } = stored.document;
      const before = sent.get(id);
      const now = sentOf(stored);
      if (!isNews(before, now)) return undefined;
      sent.set(id, now);
      if (now !== 'hidden') return stored.document as VisibleJob;
      // An upload that was given up was never seen by anybody. A job that was deleted was.
      const wasSeen = before === undefined ? status === 'deleted' : before !== 'hidden';
      return wasSeen ? 'gone' : undefined;
    },
    forgetAllBut(active) {
      const left = [...sent].filter(([id]) => !active.has(id));
      for (const [id] of left) sent.delete(id);
      return left.flatMap(([id, state]) => (state !== 'hidden' && state.isUnfinished ? id : []));
    },
  };
}

function isNews(before: Sent | undefined, now: Sent): boolean {
  if (before === undefined || before === 'hidden' || now === 'hidden') return before !== now;
  if (before.etag !== now.etag) return true;
  if ((before.converters === 0) !== (now.converters === 0)) return true;
  const moved = Math.abs(before.position - now.position);
  if (now.position <= EXACT_PLACES) return moved > 0 || before.converters !== now.converters;
  return moved * 10 >= before.position;
}
