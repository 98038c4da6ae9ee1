import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
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
import { claim } from '../../../../services/shared/jobs/transitions.ts';
import { createSpool } from '../../../../services/shared/runtime/spool.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tools } from '../../../support/tools.ts';
import { waitFor } from '../../../support/wait.ts';
import { abortOf } from '../job/running-conversions.ts';
import { createTestConverter, type TestConverter } from '../job/test-converter.ts';
import { growingUpload, noisyFilm } from './growing-upload.ts';

type MemoryState = ReturnType<typeof createMemoryState>;
const RUNS = 20;
const HEAD_BYTES = 5 * CHUNK_BYTES;
const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 60 };
const film = async () =>
  readFile(await noisyFilm('film.mkv', '-c:v', 'mjpeg', '-q:v', '2', '-c:a', 'libopus'));

/** A converter with everything that a process of it has. */
async function startConverter(
  context: TestContext,
  state: MemoryState,
  ports: Partial<Parameters<typeof createTestConverter>[0]> = {},
) {
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

async function setUp() {
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

const isDone = async (converter: TestConverter, job: QueuedJob) =>
  (await converter.job(job)).status === 'done';

/** Milliseconds from now until a job is claimed. */
async function untilClaimed(converter: TestConverter, job: QueuedJob): Promise<number> {
  const start = performance.now();
  await waitFor('the claim', async () => (await converter.job(job)).status !== 'queued', { pauseMs: 5 });
  return performance.now() - start;
}

describe('the job of a video with which one of two converters has begun', () => {
  it(`is converted there in ${RUNS} of ${RUNS} runs, when its event comes to the other one`, async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    await using second = await startConverter(context, state);
    for (let run = 1; run <= RUNS; run++) {
      const job = await upload((request) => assert.equal(first.early.begin(request), true));
      await Promise.all([second.converter.look(), second.converter.deliver(job), second.converter.look()]);
      await waitFor('the MP3', () => isDone(first.converter, job));
      await waitFor('the end', () => first.outcomes.length === run);
    }
    assert.deepEqual(first.outcomes, Array(RUNS).fill('taken'));
    assert.equal(second.hasConverted(), false);
    assert.deepEqual(
      state.keys().filter((key) => key.startsWith('early:')),
      [],
    );
  });

  it('is claimed by the other one within five seconds where its beginner is dead', async (context) => {
    const { state, upload } = await setUp();
    await using living = await startConverter(context, state);
    const dead = createBeginners(state, pino({ level: 'silent' }));
    const job = await upload(({ job_id }) => dead.show(job_id, new AbortController().signal));
    const delivered = living.converter.deliver(job);
    const ms = await untilClaimed(living.converter, job);
    assert.ok(ms > 2_000 && ms < 5_000, `${ms} ms`);
    await delivered;
    assert.equal(await isDone(living.converter, job), true);
  });

  it('is claimed by the other one at once when its beginner gives up', async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    await using second = await startConverter(context, state);
    const job = await upload((request) => first.early.begin(request));
    // It frees its room on the disk before it has looked for the job.
    assert.equal(await first.early.giveUp(), true);
    const delivered = second.converter.deliver(job);
    const ms = await untilClaimed(second.converter, job);
    assert.ok(ms < 1_000, `${ms} ms`);
    await delivered;
    assert.equal(second.hasConverted(), true);
  });

  it('is left to the other one when its beginner has no free slot any more', async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    await using second = await startConverter(context, state);
    const other = Promise.withResolvers<void>();
    // A short task, beside which no other begins.
    const task = { id: '1', owner: '2', account: '2', queuedAt: '', seconds: 1 };
    let busy: Promise<void> | undefined;
    const job = await upload((request) => {
      first.early.begin(request);
      busy = first.slots.run(new AbortController().signal, () => other.promise, task);
    });
    const delivered = second.converter.deliver(job);
    const ms = await untilClaimed(second.converter, job);
    assert.ok(ms < 2_000, `${ms} ms`);
    await delivered;
    assert.equal(await isDone(second.converter, job), true);
    // The beginner sees that, and frees its room on the disk.
    await waitFor('the end', () => first.outcomes.length === 1);
    assert.deepEqual(first.outcomes, ['discarded']);
    other.resolve();
    await busy;
  });

  it('is given up by its beginner when the other one has claimed it', async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    const jobs = createJobStore(state);
    // A converter of the release before waits for nobody.
    const job = await upload((request) => first.early.begin(request));
    await jobs.update(job.id, claim('another attempt'));
    await waitFor('the end', () => first.outcomes.length === 1);
    assert.deepEqual(first.outcomes, ['discarded']);
  });

  it('has its event published again when its beginner stops in its midst', async (context) => {
    const { state, upload } = await setUp();
    let isWorking = false;
    await using first = await startConverter(context, state, {
      async transcode({ signal }) {
        isWorking = true;
        await abortOf(signal);
        throw signal.reason;
      },
    });
    await using second = await startConverter(context, state);
    const job = await upload((request) => first.early.begin(request));
    await second.converter.deliver(job);
    await waitFor('the attempt', () => isWorking);
    await first.stop();
    const { published } = first.converter;
    assert.deepEqual(
      published.map(({ topic }) => topic),
      ['video'],
    );
    await second.converter.deliver(job);
    assert.equal(await isDone(second.converter, job), true);
  });

  it('is left to its beginner by a converter that looks for work, for three seconds', async (context) => {
    const { state, upload } = await setUp();
    await using other = await startConverter(context, state);
    const dead = createBeginners(state, pino({ level: 'silent' }));
    const job = await upload(({ job_id }) => dead.show(job_id, new AbortController().signal));
    const start = performance.now();
    while (!(await isDone(other.converter, job))) {
      await other.converter.look();
      assert.ok(performance.now() - start < 10_000, 'the job is stuck');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const started = other.converter.lines.find(({ msg }) => msg === 'conversion started');
    assert.ok(started);
    assert.ok(performance.now() - start > 3_000);
  });
});
