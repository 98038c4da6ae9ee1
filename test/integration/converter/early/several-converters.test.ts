import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import type { QueuedJob } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { claim } from '../../../../services/shared/jobs/transitions.ts';
import { waitFor } from '../../../support/wait.ts';
import { abortOf } from '../job/running-conversions.ts';
import type { TestConverter } from '../job/test-converter.ts';
import { setUp, startConverter } from './early-converter.ts';

const RUNS = 20;

const isDone = async (converter: TestConverter, job: QueuedJob) =>
  (await converter.job(job)).status === 'done';

/** A converter with this leaves jobs to their beginners for longer than any test lasts. */
const PATIENT = { leaveMs: 3600_000 };

const untilClaimed = (converter: TestConverter, job: QueuedJob) =>
  waitFor('the claim', async () => (await converter.job(job)).status !== 'queued', { pauseMs: 5 });

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

  it('is claimed by the other one after three seconds where its beginner is dead', async (context) => {
    const { state, upload } = await setUp();
    await using living = await startConverter(context, state);
    const dead = createBeginners(state, pino({ level: 'silent' }));
    const job = await upload(({ job_id }) => dead.show(job_id, new AbortController().signal));
    const start = performance.now();
    const delivered = living.converter.deliver(job);
    await untilClaimed(living.converter, job);
    assert.ok(performance.now() - start > 2_000);
    await delivered;
    assert.equal(await isDone(living.converter, job), true);
  });

  it('is claimed by the other one at once when its beginner gives up', async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    await using second = await startConverter(context, state, PATIENT);
    const job = await upload((request) => first.early.begin(request));
    // It frees its room on the disk before it has looked for the job.
    assert.equal(await first.early.giveUp(), true);
    const delivered = second.converter.deliver(job);
    await untilClaimed(second.converter, job);
    await delivered;
    assert.equal(second.hasConverted(), true);
  });

  it('is left to the other one when its beginner has no free slot any more', async (context) => {
    const { state, upload } = await setUp();
    await using first = await startConverter(context, state);
    await using second = await startConverter(context, state, PATIENT);
    const other = Promise.withResolvers<void>();
    // A short task, beside which no other begins.
    const task = { id: '1', owner: '2', account: '2', queuedAt: '', seconds: 1 };
    let busy: Promise<void> | undefined;
    const job = await upload((request) => {
      first.early.begin(request);
      busy = first.slots.run(new AbortController().signal, () => other.promise, task);
    });
    const delivered = second.converter.deliver(job);
    await untilClaimed(second.converter, job);
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
      assert.ok(performance.now() - start < 60_000, 'the job is stuck');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const started = other.converter.lines.find(({ msg }) => msg === 'conversion started');
    assert.ok(started);
    assert.ok(performance.now() - start > 3_000);
  });
});
