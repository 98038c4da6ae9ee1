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
import { assertValidEvent } from '../../../support/contract.ts';
import { logLines } from '../../../support/log-lines.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { createInterceptedStore, type Intercept } from '../intercepted-store.ts';

export const STALL_SECONDS = 45;
/** The most time that the stall detector credits between two passes. A job that does not change stalls in the third pass. */
export const PASS_SECONDS = STALL_SECONDS / 2;
export const RETENTION_SECONDS = 24 * 3600;
export const KEEP_VIDEO_SECONDS = 3600;
/** An unfinished job is failed this long before it expires. */
export const FAIL_BEFORE_EXPIRY_SECONDS = 900;
const SECOND = 1000;

/** Fields of a job that was made long ago and expires in some seconds. */
export const expiringIn = (seconds: number) => ({
  created_at: new Date(Date.now() - RETENTION_SECONDS * SECOND).toISOString(),
  expires_at: new Date(Date.now() + seconds * SECOND).toISOString(),
});

/** Fields of a job that expires long after the test. */
export const expiringInADay = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });

export const createStores = (state: ReturnType<typeof createMemoryState>) => ({
  jobs: createJobStore(state),
  index: createJobIndex(state, RETENTION_SECONDS),
  blobs: createBlobStore(state),
  failedIndex: createFailedIndex(state, RETENTION_SECONDS),
  videoIndex: createVideoIndex(state, RETENTION_SECONDS),
});

/** A sweep over an in-memory store. Its clock stands still until `pass` moves it. Its events are validated against asyncapi.json. */
export function createInMemorySweep(context: TestContext) {
  const clock = stoppedClock(context);
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const memory = createMemoryState(() => Date.now());
  const calls: string[] = [];
  /** Intercepts the calls that the sweep makes of the store. */
  const sweepStore: { call: Intercept } = { call: (_what, call) => call() };
  const state = createInterceptedStore(memory, {
    call: (what, call, signal) => {
      calls.push(what);
      return sweepStore.call(what, call, signal);
    },
  });
  const { jobs, index, blobs, failedIndex, videoIndex } = createStores(memory);
  /** The stores of one gateway of several. */
  const gatewayStores = () => createStores(asOtherProcess({ ...memory, ...state }));
  const lines = logLines();
  const published: string[] = [];
  const events: object[] = [];
  const topics: string[] = [];
  context.after(() => {
    for (const [index, event] of events.entries()) assertValidEvent(topics[index] ?? '', event);
  });
  const counts: OwnerCounts[] = [];
  const broker = { isUnavailable: false, rejects: (_event: { job_id: string }) => false, attempts: 0 };
  const deletedVideos = { count: 0 };
  const log = createLog('gateway', 'info', lines);
  const metrics: SweepPorts['metrics'] = {
    ...{ startTimer: () => () => undefined, setActiveJobs: () => undefined, republished: () => undefined },
    videoDeleted: () => deletedVideos.count++,
  };

  const makeSweep = (ports: Partial<SweepPorts> = {}) =>
    createSweep({
      ...gatewayStores(),
      findNotified: createFindNotified(state),
      async publish(topic, event) {
        broker.attempts++;
        const { job_id } = event as { job_id: string };
        if (broker.isUnavailable || broker.rejects({ job_id })) throw unavailable('the message broker');
        published.push(`${topic} ${job_id}`);
        events.push(event);
        topics.push(topic);
      },
      updateCounts: (unfinished) => counts.push(unfinished),
      metrics,
      log,
      keepVideoMs: KEEP_VIDEO_SECONDS * SECOND,
      stallTimeoutMs: STALL_SECONDS * SECOND,
      failBeforeExpiryMs: FAIL_BEFORE_EXPIRY_SECONDS * SECOND,
      ...ports,
    });
  const sweep = makeSweep();

  const makeDeleteVideos = (ports: Partial<DeleteVideosPorts> = {}) =>
    createDeleteVideos({
      ...gatewayStores(),
      ...{ metrics, log, keepVideoMs: KEEP_VIDEO_SECONDS * SECOND },
      ...ports,
    });

  function advance(seconds: number): void {
    now += seconds * SECOND;
    clock.advance(seconds * SECOND);
  }

  /** Makes a pass so many seconds after the one before. Returns its events and its calls of the store. */
  async function pass(seconds: number, by = sweep) {
    advance(seconds);
    published.length = 0;
    calls.length = 0;
    await by.pass(new AbortController().signal);
    return { published: [...published], calls: [...calls] };
  }

  const activeIds = async () => (await Array.fromAsync(index.listActive())).flat().map(({ id }) => id);

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
    makeDeleteVideos,
    sweepStore,
    lines,
    events,
    counts,
    broker,
    sweep,
    makeSweep,
    advance,
    pass,
    activeIds,
    async save(job: Job) {
      await index.addActive(job.owner, job.id);
      await jobs.create(job);
      return job;
    },
    async saveBlob(id: string) {
      async function* bytes() {
        yield Buffer.alloc(1_100_000, 'x');
      }
      await blobs.write(id, bytes(), { expires: new Date(Date.now() + RETENTION_SECONDS * SECOND) });
      return id;
    },
    /** Makes three passes, after which every job has stalled that does not change. Returns the events. */
    async passUntilStalled(by = sweep) {
      const all: string[] = [];
      for (let passes = 0; passes < 3; passes++) all.push(...(await pass(PASS_SECONDS, by)).published);
      return all;
    },
    saveMailRecord: (job: Job, state: MailRecord['state']) =>
      updateDocument<MailRecord>(
        memory,
        mailRecordKey({ job_id: job.id, run: job.generation }),
        () => ({ state, send: 'one', sends: 1, refusals: 0 }),
        { ttlSeconds: RETENTION_SECONDS },
      ),
    findJob: (id: string) => jobs.find(id),
    idsWithVideo: async () => (await Array.fromAsync(videoIndex.list())).flat().map(({ id }) => id),
    failedIds: async () =>
      (await Array.fromAsync(failedIndex.list())).flatMap(({ entries }) => entries).map(({ id }) => id),
    /** The keys of jobs, blobs and chunks in the store except tombstones and expired jobs, and the active ids. */
    async remaining(): Promise<string[]> {
      const ids = memory.keys().flatMap((key) => /^job:(.*)/.exec(key)?.[1] ?? []);
      const ended = [...(await jobs.getMany(ids)).values()].flatMap(({ document }) =>
        document.status === 'deleted' || isExpired(document) ? [`job:${document.id}`] : [],
      );
      const keys = memory.keys().filter((key) => /^(job|blob|chunk):/.test(key));
      return [...keys.filter((key) => !ended.includes(key)), ...(await activeIds())];
    },
  };
}
export type InMemorySweep = ReturnType<typeof createInMemorySweep>;
