import type { TestContext } from 'node:test';
import { createSweep } from '../../../services/gateway/sweep.ts';
import { updateDocument } from '../../../services/shared/documents.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { createJobIndex } from '../../../services/shared/job-index.ts';
import { createJobStore } from '../../../services/shared/job-store.ts';
import type { Job } from '../../../services/shared/jobs.ts';
import { createLog } from '../../../services/shared/log.ts';
import type { MailRecord } from '../../../services/shared/outcome.ts';
import { createMemoryState, type StateStore } from '../../../services/shared/state.ts';
import { OWNER } from '../../support/job.ts';

export const SILENT = 45;
export const SECOND = 1000;

/** A sweep over memory whose clock stands still until `pass` moves it. */
export function sweepOverMemory(context: TestContext) {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  context.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2024, 0, 1) });
  const memory = createMemoryState();
  let calls = 0;
  const counting =
    <Args extends unknown[], T>(call: (...args: Args) => T) =>
    (...args: Args): T => {
      calls++;
      return call(...args);
    };
  const state: StateStore = {
    ...memory,
    get: counting(memory.get),
    put: counting(memory.put),
    getMany: counting(memory.getMany),
  };
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 3600);
  const published: string[] = [];
  const brokers = { away: false };
  const publish = async (topic: string, event: object) => {
    if (brokers.away) throw unavailable('the message broker');
    published.push(`${topic} ${(event as { job_id: string }).job_id}`);
  };
  const make = () =>
    createSweep({ state, jobs, index, publish, log: createLog('gateway', 'silent'), silentSeconds: SILENT });
  const sweep = make();
  return {
    jobs,
    index,
    published,
    brokers,
    sweep,
    make,
    memory,
    async save(job: Job) {
      await index.add(OWNER.id, job.id);
      await jobs.create(job);
      return job;
    },
    /** Passes so many seconds after the one before; gives what it published and how many calls of the store it took. */
    async pass(seconds: number, by = sweep) {
      now += seconds * SECOND;
      context.mock.timers.tick(seconds * SECOND);
      published.length = 0;
      calls = 0;
      await by.pass(new AbortController().signal);
      return { published: [...published], calls };
    },
    mail: (job: Job, record: MailRecord) =>
      updateDocument<MailRecord>(state, `mail:${job.id}:${job.status}`, () => record, { ttlSeconds: 3600 }),
    open: async () => (await Array.fromAsync(index.listOpen())).flat().map(({ id }) => id),
  };
}
