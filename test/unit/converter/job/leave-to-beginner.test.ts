import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { leaveToBeginner } from '../../../../services/converter/job/leave-to-beginner.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { claim } from '../../../../services/shared/jobs/transitions.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { newJob } from '../../../support/job.ts';

const log = pino({ level: 'silent' });
const { signal } = new AbortController();

async function setUp() {
  const state = createMemoryState();
  const jobs = createJobStore(state);
  const [own, other] = [createBeginners(state, log), createBeginners(state, log)];
  const job = newJob({ source: { ...newJob().source, size: 10_000_000 } });
  await jobs.create(job);
  return { jobs, own, other, job };
}

describe('leaveToBeginner', () => {
  it('does not wait where nobody, or this converter, has begun', async () => {
    const { jobs, own, job } = await setUp();
    const leave = () => leaveToBeginner({ jobs, beginners: own, leaveMs: 3600_000 }, job, signal);
    assert.equal(await leave(), false);
    await own.show(job.id, signal);
    assert.equal(await leave(), false);
  });

  it('waits until the beginner has claimed the job', async () => {
    const { jobs, own, other, job } = await setUp();
    await other.show(job.id, signal);
    const left = leaveToBeginner({ jobs, beginners: own, leaveMs: 3600_000 }, job, signal);
    await jobs.update(job.id, claim('an attempt'));
    assert.equal(await left, true);
  });

  it('waits until the beginner has given up', async () => {
    const { jobs, own, other, job } = await setUp();
    await other.show(job.id, signal);
    const left = leaveToBeginner({ jobs, beginners: own, leaveMs: 3600_000 }, job, signal);
    await other.hide(job.id);
    assert.equal(await left, true);
  });

  it('waits no longer for a beginner that may be dead', async () => {
    const { jobs, own, other, job } = await setUp();
    await other.show(job.id, signal);
    assert.equal(await leaveToBeginner({ jobs, beginners: own, leaveMs: 10 }, job, signal), true);
  });

  it('ends with its delivery', async () => {
    const { jobs, own, other, job } = await setUp();
    await other.show(job.id, signal);
    const closed = new AbortController();
    const left = leaveToBeginner({ jobs, beginners: own, leaveMs: 3600_000 }, job, closed.signal);
    closed.abort(new Error('the connection is closed'));
    await assert.rejects(left, /the connection is closed/);
  });
});
