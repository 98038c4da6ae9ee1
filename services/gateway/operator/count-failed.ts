import { isExpired } from '../../shared/jobs/job.ts';
import type { FailedIndex } from './failed-index.ts';
import type { OperatorOverview } from './overview-view.ts';

/** Documents of the index that are read, of at most 250 entries each. A new index has 16. */
const MAX_DOCUMENTS = 256;

/**
 * Counts the failed jobs by their index, without reading a job. An entry of a job that was retried or deleted counts until the list
 * of failed jobs is read, which removes it. Throws `unavailable`.
 */
export async function countFailed(
  failedIndex: Pick<FailedIndex, 'list'>,
  signal: AbortSignal,
): Promise<NonNullable<OperatorOverview['failed']>> {
  let [count, documents] = [0, 0];
  for await (const part of failedIndex.list(signal)) {
    count += part.entries.filter((entry) => !isExpired(entry)).length;
    documents += part.documents;
    if (documents >= MAX_DOCUMENTS) return { count, is_complete: false };
  }
  return { count, is_complete: true };
}
