import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import type { EarlyOutcome } from '../../../../services/converter/early/begin-early.ts';
import { createEarlyConversions } from '../../../../services/converter/early/early-conversions.ts';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { createQueuedJobs } from '../../../../services/converter/fairness/queued-jobs.ts';
import { createTurns } from '../../../../services/converter/fairness/turns.ts';
import { convertWhenAccepted } from '../../../../services/converter/job/convert-when-accepted.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { CHUNK_BYTES } from '../../../../services/shared/blobs/chunks.ts';
import type { QueuedJob } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { createSpool } from '../../../../services/shared/runtime/spool.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tools } from '../../../support/tools.ts';
import { createTestConverter } from '../job/test-converter.ts';
import { growingUpload, noisyFilm } from './growing-upload.ts';

type MemoryState = ReturnType<typeof createMemoryState>;
const HEAD_BYTES = 5 * CHUNK_BYTES;
const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 240 };
const film = async () =>
  readFile(await noisyFilm('film.mkv', '-c:v', 'mjpeg', '-q:v', '2', '-c:a', 'libopus'));

/** A converter with everything that a process of it has, on a store that other processes have too. */
export async function startConverter(
  context: TestContext,
  shared: MemoryState,
  ports: Partial<Parameters<typeof createTestConverter>[0]> = {},
) {
  const state = asOtherProcess(shared);
  const log = pino({ level: 'silent' });
  const stopping = new AbortController();
  const stoppingSignal = stopping.signal;
  const turns = createTurns();
  const slots = createCoreSlots(1, turns.first);
  const beginners = createBeginners(state, log);
  const outcomes: EarlyOutcome[] = [];
  const early = createEarlyConversions(
    {
      ...{ ...tools, state, spool: createSpool(temporaryFolder(context)), limits, slots, beginners },
      outcomes: { inc: (labels?: unknown) => outcomes.push((labels as { outcome: EarlyOutcome }).outcome) },
      ...{ stoppingSignal, log },
    },
    1,
  );
  const jobs = createJobStore(state);
  const queued = createQueuedJobs({
    ...{ state, jobs, beginners, estimate: () => null, leaseMs: 60_000, stoppingSignal, log },
  });
  const converter = await createTestConverter({
    ...{ state, early, beginners, turns, slots, queued, stoppingSignal },
    times: { leaseMs: 20_000, pollMs: 20, beatMs: 100 },
    ...ports,
  });
  const watching = convertWhenAccepted({ early, convertBegun: converter.convertBegun, stoppingSignal, log });
  const stop = async () => {
    stopping.abort(new Error('the service stops'));
    await watching;
    await early.settled();
  };
  return {
    ...{ converter, early, beginners, slots, outcomes, stop },
    hasConverted: () => converter.lines.some(({ msg }) => msg === 'MP3 made'),
    async [Symbol.asyncDispose]() {
      await stop();
      await converter[Symbol.asyncDispose]();
    },
  };
}

/** A store, and what a gateway does with an upload. */
export async function setUp() {
  const state = createMemoryState();
  const index = createJobIndex(state, 3600);
  const bytes = await film();
  return {
    state,
    /** Stores an upload, of which `begin` is called midway, as a job. */
    async upload(
      begin: (request: ReturnType<typeof growingUpload>['request']) => unknown,
    ): Promise<QueuedJob> {
      const { request, append, accept } = growingUpload(state, bytes);
      await append(bytes.subarray(0, HEAD_BYTES));
      await begin(request);
      await append(bytes.subarray(HEAD_BYTES));
      const job = await accept();
      await index.addActive(job.owner, job.id);
      return job;
    },
  };
}
