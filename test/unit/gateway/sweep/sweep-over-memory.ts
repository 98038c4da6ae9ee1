import type { TestContext } from 'node:test';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import type { OwnerCounts } from '../../../../services/gateway/limits/quota.ts';
import { createFailedIndex } from '../../../../services/gateway/operator/failed-index.ts';
import {
  createDeleteVideos,
  type DeleteVideosPorts,
} from '../../../../services/gateway/sweep/delete-videos.ts';
import { createFindNotified } from '../../../../services/gateway/sweep/find-notified.ts';
import { createSweep, type SweepPorts } from '../../../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../../../services/gateway/sweep/video-index.ts';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { type MailRecord, mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import { isExpired, type Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { holdEvent } from '../../../support/contract.ts';
import { logLines } from '../../../support/log-lines.ts';
import { type Intercept, interceptedState } from '../job-index/intercepted-state.ts';

export const SILENT = 45;
/** No look counts for more, so that what is alive may move after an outage: this often in `SILENT` is enough. */
export const LOOK = SILENT / 2;
export const KEPT = 24 * 3600;
/** How long the video of a job that is done is kept. */
export const KEEP_VIDEO = 3600;
/** So long before it expires, a job is given up. */
export const TELL = 900;
const SECOND = 1000;

export const stored = (state: ReturnType<typeof createMemoryState>) => ({
  jobs: createJobStore(state),
  index: createJobIndex(state, KEPT),
  blobs: createBlobStore(state),
  failedIndex: createFailedIndex(state, KEPT),
  videoIndex: createVideoIndex(state, KEPT),
});

/** A sweep over memory whose clock stands still until `pass` moves it; what it publishes is held against asyncapi.json. */
export function sweepOverMemory(context: TestContext) {
  const clock = stoppedClock(context);
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const memory = createMemoryState(() => Date.now());
  const calls: string[] = [];
  /** What the sweep's calls of the store go through. */
  const store: { call: Intercept } = { call: (_what, call) => call() };
  const state = interceptedState(memory, {
    call: (what, call, signal) => {
      calls.push(what);
      return store.call(what, call, signal);
    },
  });
  const { jobs, index, blobs, failedIndex, videoIndex } = stored(memory);
  const lines = logLines();
  const published: string[] = [];
  const events: object[] = [];
  const topics: string[] = [];
  context.after(() => {
    for (const [index, event] of events.entries()) holdEvent(topics[index] ?? '', event);
  });
  const counts: OwnerCounts[] = [];
  const broker = { away: false, refuses: (_event: { job_id: string }) => false, asked: 0 };
  const deletedVideos = { count: 0 };
  const log = createLog('gateway', 'info', lines);
  const metrics: SweepPorts['metrics'] = {
    ...{ pass: () => () => undefined, open: () => undefined, republished: () => undefined },
    videoDeleted: () => deletedVideos.count++,
  };

  const make = (ports: Partial<SweepPorts> = {}) =>
    createSweep({
      ...stored({ ...memory, ...state }),
      findNotified: createFindNotified(state),
      async publish(topic, event) {
        broker.asked++;
        const { job_id } = event as { job_id: string };
        if (broker.away || broker.refuses({ job_id })) throw unavailable('the message broker');
        published.push(`${topic} ${job_id}`);
        events.push(event);
        topics.push(topic);
      },
      counted: (unfinished) => counts.push(unfinished),
      metrics,
      log,
      keepVideoMs: KEEP_VIDEO * SECOND,
      stallTimeoutMs: SILENT * SECOND,
      failBeforeExpiryMs: TELL * SECOND,
      ...ports,
    });
  const sweep = make();

  const makeCleanup = (ports: Partial<DeleteVideosPorts> = {}) =>
    createDeleteVideos({
      ...stored({ ...memory, ...state }),
      ...{ metrics, log, keepVideoMs: KEEP_VIDEO * SECOND },
      ...ports,
    });

  function advance(seconds: number): void {
    now += seconds * SECOND;
    clock.advance(seconds * SECOND);
  }

  /** Passes so many seconds after the one before; gives what it published and which calls of the store it made. */
  async function pass(seconds: number, by = sweep) {
    advance(seconds);
    published.length = 0;
    calls.length = 0;
    await by.pass(new AbortController().signal);
    return { published: [...published], calls: [...calls] };
  }

  const open = async () => (await Array.fromAsync(index.listActive())).flat().map(({ id }) => id);

  return {
    clock,
    memory,
    jobs,
    index,
    blobs,
    failedIndex,
    videoIndex,
    deletedVideos,
    calls,
    makeCleanup,
    store,
    lines,
    events,
    counts,
    broker,
    sweep,
    make,
    advance,
    pass,
    open,
    async save(job: Job) {
      await index.addActive(job.owner, job.id);
      await jobs.create(job);
      return job;
    },
    async saveBlob(id: string) {
      async function* bytes() {
        yield Buffer.alloc(1_100_000, 'x');
      }
      await blobs.write(id, bytes(), { expires: new Date(Date.now() + KEPT * SECOND) });
      return id;
    },
    /** As many passes as it takes for whatever stands still. */
    async standStill(by = sweep) {
      const all: string[] = [];
      for (let looks = 0; looks < 3; looks++) all.push(...(await pass(LOOK, by)).published);
      return all;
    },
    mail: (job: Job, state: MailRecord['state']) =>
      updateDocument<MailRecord>(
        memory,
        mailRecordKey({ job_id: job.id, run: job.generation }),
        () => ({ state, send: 'one', sends: 1, refusals: 0 }),
        { ttlSeconds: KEPT },
      ),
    stored: (id: string) => jobs.find(id),
    withVideo: async () => (await Array.fromAsync(videoIndex.list())).flat().map(({ id }) => id),
    failedOnes: async () =>
      (await Array.fromAsync(failedIndex.list())).flatMap(({ entries }) => entries).map(({ id }) => id),
    /** What there is but tombstones, and records that lead nowhere. */
    async left(): Promise<string[]> {
      const ids = memory.keys().flatMap((key) => /^job:(.*)/.exec(key)?.[1] ?? []);
      const gone = [...(await jobs.getMany(ids)).values()].flatMap(({ document }) =>
        document.status === 'deleted' || isExpired(document) ? [`job:${document.id}`] : [],
      );
      const keys = memory.keys().filter((key) => /^(job|blob|chunk):/.test(key));
      return [...keys.filter((key) => !gone.includes(key)), ...(await open())];
    },
  };
}
export type SweepOverMemory = ReturnType<typeof sweepOverMemory>;
