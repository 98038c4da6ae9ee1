import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import {
  createConfirmMissing,
  requireMarker,
  writeMarker,
} from '../../../../services/shared/state/store-marker.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { newJob } from '../../../support/job.ts';

const { signal } = new AbortController();
const MINUTE = 60_000;
const RETENTION = 7 * 86_400;
const unavailable = (error: unknown) => isAppError(error, 'unavailable');

function build(context: TestContext) {
  const clock = stoppedClock(context);
  const state = createMemoryState(() => Date.now());
  const jobs = createJobStore(state);
  const confirmMissing = createConfirmMissing(state, jobs.find);
  return { clock, state, jobs, isMissing: (id: string) => confirmMissing(id, signal) };
}

describe('requireMarker', () => {
  test('finds the marker of a gateway in the same store', async (context) => {
    const { state } = build(context);
    await writeMarker(state, RETENTION, signal);
    await requireMarker(state, signal);
  });

  test('does not find the marker in another store', async () => {
    await assert.rejects(requireMarker(createMemoryState(), signal), unavailable);
  });

  test('finds the marker for as long as a job of the gateway lives, even when no gateway is running', async (context) => {
    const { state, clock } = build(context);
    await writeMarker(state, RETENTION, signal);
    clock.advance((RETENTION - 1) * 1000);
    await requireMarker(state, signal);
    clock.advance(1000);
    await assert.rejects(requireMarker(state, signal), unavailable);
  });
});

describe('createConfirmMissing, for a job that is not in the store', () => {
  const { id } = newJob();

  test('confirms while a gateway uses this store', async (context) => {
    const { state, clock, isMissing } = build(context);
    await writeMarker(state, RETENTION, signal);
    await isMissing(id);
    clock.advance(5 * MINUTE - 1);
    await isMissing(id);
  });

  test('throws unavailable when no gateway has used this store for five minutes', async (context) => {
    const { state, clock, isMissing } = build(context);
    await writeMarker(state, RETENTION, signal);
    clock.advance(5 * MINUTE);
    await assert.rejects(isMissing(id), unavailable);
  });

  test('throws unavailable when no gateway has ever used this store', async (context) => {
    await assert.rejects(build(context).isMissing(id), unavailable);
  });

  test('confirms without a running gateway when the job was deleted or has expired', async (context) => {
    const { state, jobs, clock, isMissing } = build(context);
    await writeMarker(state, RETENTION, signal);
    const later = { expires_at: new Date(Date.now() + 60 * MINUTE).toISOString() };
    const [deleted, old] = [
      newJob(later),
      newJob({ expires_at: new Date(Date.now() + MINUTE).toISOString() }),
    ];
    for (const job of [deleted, old]) await jobs.create(job);
    await jobs.update(deleted.id, tombstone);
    clock.advance(6 * MINUTE);
    for (const job of [deleted, old]) await isMissing(job.id);
  });

  test('confirms when the marker has no time, because an older gateway wrote it', async (context) => {
    const { state, clock, isMissing } = build(context);
    await state.put('store:shared', '{}', { ttlSeconds: 300 });
    await isMissing(id);
    clock.advance(5 * MINUTE);
    await assert.rejects(isMissing(id), unavailable);
  });

  test('confirms even when the clock of the gateway is three minutes ahead or behind', async (context) => {
    for (const minutes of [-3, 3]) {
      const { state, isMissing } = build(context);
      const shown_at = new Date(Date.now() + minutes * MINUTE).toISOString();
      await state.put('store:shared', JSON.stringify({ shown_at }));
      await isMissing(id);
      context.mock.timers.reset();
    }
  });
});
