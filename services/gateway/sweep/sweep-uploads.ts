import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { emptyCounts } from '../limits/quota.ts';
import { finishUnderLock } from '../uploads/tus/finish-upload.ts';
import { countIfOpen, type OpenUploadEntry } from '../uploads/tus/open-uploads.ts';
import { removeExpired } from '../uploads/tus/remove-upload.ts';
import { isUploadExpired, isWhole, type UploadRecord } from '../uploads/tus/upload-record.ts';
import type { ResumablePorts } from '../uploads/tus/uploads.ts';
import { createFairQueue } from './fair-queue.ts';
import { createStallDetector } from './stall-detector.ts';

/** Uploads that are worked on at the same time. */
const CONCURRENCY = 4;
/** An upload is removed this much after it has expired, because the clock of this machine may be ahead. */
const CLOCK_SKEW_MS = 30_000;

export interface SweepUploadsPorts {
  resumable: ResumablePorts;
  stallTimeoutMs: number;
  log: Log;
}

/**
 * - `finish`: all bytes are stored, and whoever should have made the job has died.
 * - `remove`: it was not finished in time.
 * - `delete`: it was removed. A late save may have stored more since.
 * - `forget`: nothing is left to do. The entry may have no record.
 */
type Need = 'finish' | 'remove' | 'delete' | 'forget';

interface Item {
  id: string;
  need: Need;
  entry: OpenUploadEntry;
  record: UploadRecord | undefined;
}

/** Takes care of the resumable uploads that no request takes care of. Any number of replicas may do this at the same time. */
export function createSweepUploads({ resumable, stallTimeoutMs, log }: SweepUploadsPorts) {
  const { openUploads, openQuota, blobs } = resumable;
  const stallDetector = createStallDetector(stallTimeoutMs);
  const queue = createFairQueue(log, { idName: 'upload_id', concurrency: CONCURRENCY });

  async function find(signal: AbortSignal): Promise<Item[]> {
    const readAt = performance.now();
    const counts = emptyCounts();
    const seen = new Set<string>();
    const items: Item[] = [];
    for await (const { entry, record } of openUploads.read(signal)) {
      const { id, version } = entry;
      countIfOpen(counts, record);
      const need = needOf(record);
      if (!need) continue;
      seen.add(id);
      const isStalled =
        stallDetector.check(id, `${version} ${need} ${stateOf(record)}`, readAt) !== undefined;
      if (isStalled || record?.status === 'finished') items.push({ id, need, entry, record });
    }
    stallDetector.forgetAllBut(seen);
    openQuota.updateCounts(counts);
    return items;
  }

  async function work({ id, need, entry, record }: Item, signal: AbortSignal): Promise<void> {
    if (need === 'finish') return finishUnderLock(id, resumable);
    if (need === 'remove') return removeExpired(id, resumable);
    if (need === 'delete' && record) await blobs.delete(record.blob, signal);
    await openUploads.remove([entry], signal);
  }

  async function pass(signal: AbortSignal): Promise<void> {
    await queue.run(await find(signal), (item) => work(item, signal), signal);
  }

  return {
    /** One pass over all uploads that are not finished. */
    pass,
    /** Makes passes until the signal is aborted, with a pause of `everySeconds` between two. */
    run: (everySeconds: number, signal: AbortSignal): Promise<void> =>
      repeat(
        everySeconds * 1000,
        () => pass(signal),
        (error) => {
          if (!signal.aborted) log.warn({ err: error }, 'a sweep of uploads failed; the next one continues');
        },
        signal,
      ),
  };
}

function needOf(record: UploadRecord | undefined): Need | undefined {
  if (!record || record.status === 'finished') return 'forget';
  if (record.status === 'removed') return 'delete';
  if (record.status === 'accepting' || isWhole(record)) return 'finish';
  return isUploadExpired(record, CLOCK_SKEW_MS) ? 'remove' : undefined;
}

const stateOf = (record: UploadRecord | undefined): string =>
  record ? `${record.status} ${record.writer} ${record.checkpoint.offset} ${record.expires_at}` : '';
