import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { newJob } from '../../../support/job.ts';

const log = pino({ level: 'silent' });
const { signal } = new AbortController();
const source = { ...newJob().source, size: 10_000_000 };

function setUp() {
  const state = createMemoryState();
  return { state, own: createBeginners(state, log), other: createBeginners(state, log) };
}

describe('the marks of converters that have begun with a video', () => {
  it('name the jobs of other converters, until these hide them', async () => {
    const { own, other } = setUp();
    const [one, two] = [newJob({ source }), newJob({ source })];
    await own.show(one.id, signal);
    await other.show(two.id, signal);
    assert.deepEqual(await own.findOthers([one, two], signal), new Set([two.id]));
    assert.deepEqual(await other.findOthers([one, two], signal), new Set([one.id]));
    await other.hide(two.id);
    assert.deepEqual(await own.findOthers([one, two], signal), new Set());
  });

  it('are not looked for where no converter can have begun, or the job was in work since', async (context) => {
    const { state, own } = setUp();
    const read = context.mock.method(state, 'getMany');
    const jobs: Job[] = [
      newJob(),
      newJob({ source, options: { normalize: -16 } }),
      newJob({ source, attempts: 1 }),
      newJob({ source, infrastructureFailures: 1 }),
      newJob({ source, generation: 2 }),
      newJob({ source, status: 'converting' }),
    ];
    assert.deepEqual(await own.findOthers(jobs, signal), new Set());
    assert.equal(read.mock.callCount(), 0);
  });

  it('may stay where the store is unavailable, and are gone after a day', async (context) => {
    let now = 0;
    const state = createMemoryState(() => now);
    const [own, other] = [createBeginners(state, log), createBeginners(state, log)];
    const job = newJob({ source });
    await other.show(job.id, signal);
    context.mock.method(state, 'delete', () => Promise.reject(unavailable('the store')));
    await other.hide(job.id);
    assert.deepEqual(await own.findOthers([job], signal), new Set([job.id]));
    now = 24 * 3600_000;
    assert.deepEqual(await own.findOthers([job], signal), new Set());
  });

  it('are given to one converter alone, which may ask for its own again', async () => {
    const { own, other } = setUp();
    const { id } = newJob({ source });
    const shown = await Promise.all([own.show(id, signal), other.show(id, signal)]);
    assert.deepEqual(shown, [true, false]);
    assert.equal(await own.show(id, signal), true);
    await other.hide(id);
    assert.equal(await other.show(id, signal), false, 'the mark of the other one was removed');
    await own.hide(id);
    assert.equal(await other.show(id, signal), true);
  });

  it('of others stay where the outcome of the own write was not known', async (context) => {
    const { state, own, other } = setUp();
    const job = newJob({ source });
    await other.show(job.id, signal);
    const put = context.mock.method(state, 'put', () => Promise.reject(unavailable('the store')));
    await assert.rejects(own.show(job.id, signal), { code: 'unavailable' });
    put.mock.restore();
    await own.hide(job.id);
    assert.deepEqual(await own.findOthers([job], signal), new Set([job.id]));
  });

  it('are removed where the outcome of their write was not known', async (context) => {
    const { state, own, other } = setUp();
    const job = newJob({ source });
    const { put } = state;
    context.mock.method(state, 'put', async (...args: Parameters<typeof put>) => {
      await put.apply(state, args);
      throw unavailable('the store');
    });
    await assert.rejects(own.show(job.id, signal), { code: 'unavailable' });
    assert.deepEqual(await other.findOthers([job], signal), new Set([job.id]));
    await own.hide(job.id);
    assert.deepEqual(await other.findOthers([job], signal), new Set());
  });

  it('are removed only by the converter that has shown them', async () => {
    const { own, other } = setUp();
    const job = newJob({ source, id: randomUUID() });
    await other.show(job.id, signal);
    await own.hide(job.id);
    assert.deepEqual(await own.findOthers([job], signal), new Set([job.id]));
  });
});
