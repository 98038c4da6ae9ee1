import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createShardedMap } from '../../../../services/gateway/job-index/sharded-map.ts';
import { countFailed } from '../../../../services/gateway/operator/count-failed.ts';
import { createFailedIndex } from '../../../../services/gateway/operator/failed-index.ts';
import { createOverview } from '../../../../services/gateway/operator/overview.ts';
import { operatorOverview } from '../../../../services/gateway/operator/overview-view.ts';
import {
  type ConverterPresence,
  showPresence,
} from '../../../../services/shared/contract/converter-presence.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { done, failed, HIDDEN, newJob } from '../../../support/job.ts';
import { asOperator, buildGateway, SIDECAR } from '../test-gateway.ts';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const SPEEDS = { seconds_per_mib: null, sound_speed: 80, sound_speed_normalized: null };

/** A gateway whose time passes only by `pass`, for everything that it reads now and then. */
function setUp() {
  let time = 0;
  const gateway = buildGateway({ now: () => time });
  return {
    ...gateway,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    overview: async () =>
      operatorOverview.parse((await gateway.call('GET', '/operator/overview', { headers: asOperator })).json),
  };
}

describe('GET /operator/overview', () => {
  it('counts the jobs that are not done with by their status, and says how long the first one waits', async () => {
    const { save, overview } = setUp();
    await save(newJob({ updated_at: ago(100) }));
    await save(newJob({ updated_at: ago(30) }));
    await save(newJob({ status: 'converting', updated_at: ago(500) }));
    await save(newJob({ status: 'uploading', updated_at: ago(600) }));
    await save(done());
    await save(failed());
    await save(newJob({ status: 'deleted' }));
    const { jobs } = await overview();
    const { oldest_queued_seconds: waited, ...counts } = jobs ?? assert.fail();
    assert.deepEqual(counts, { uploading: 1, queued: 2, converting: 1, finishing: 2 });
    assert.ok(waited !== null && waited >= 100 && waited < 105, `${waited} s`);
  });

  it('has no waiting time where no job waits, and none below zero where clocks differ', async () => {
    const { save, overview, pass } = setUp();
    assert.equal((await overview()).jobs?.oldest_queued_seconds, null);
    await save(newJob({ updated_at: ago(-60) }));
    pass(5);
    assert.equal((await overview()).jobs?.oldest_queued_seconds, 0);
  });

  it('shows the converters that are alive in a fixed order, also those of the previous release', async () => {
    const { state, overview, pass, live } = setUp();
    const versions = { release: '1.2.0', node: '24.0.0', ffmpeg: '5.1.9' };
    const conversions = [{ job_id: randomUUID(), stage: 'encode', progress: 0.5, speed: 91.5 }];
    const present: [id: string, presence: Omit<ConverterPresence, 'beat'>][] = [
      ['one', { concurrency: 2, ...SPEEDS, host: 'b', versions, conversions }],
      ['two', { concurrency: 1, ...SPEEDS }],
      ['three', { concurrency: 2, ...SPEEDS, host: 'a', versions, conversions: [] }],
    ];
    for (const beat of [1, 2]) {
      for (const [id, presence] of present)
        await showPresence(state, { id, presence: { beat, ...presence }, dead: new Set() });
      await live.converters.update();
      if (beat === 1) assert.equal((await overview()).converters, null, 'not known yet');
      if (beat === 1) pass(10);
    }
    const { converters } = await overview();
    const shown = { concurrency: 2, sound_speed: 80, sound_speed_normalized: null, versions };
    assert.deepEqual(converters, [
      { id: 'three', host: 'a', conversions: [], ...shown },
      { id: 'one', host: 'b', conversions, ...shown },
      {
        ...{ ...shown, id: 'two', host: null, concurrency: 1, conversions: null },
        versions: { release: null, node: null, ffmpeg: null },
      },
    ]);
  });

  it('shows the versions and the components that the sidecar tells', async () => {
    const { gateway, dapr, components } = await setUp().overview();
    assert.match(gateway.release, /^\d+\.\d+\.\d+$/);
    assert.equal(gateway.node, process.versions.node);
    assert.equal(dapr, SIDECAR.runtimeVersion);
    assert.deepEqual(components, SIDECAR.components.toReversed());
  });

  it('reads the store as often for a hundred requests as for one', async (context) => {
    const { state, overview, save } = setUp();
    await save(newJob());
    const counts = ['get', 'getMany'].map((name) => context.mock.method(state, name as 'get'));
    const calls = () => counts.reduce((sum, { mock }) => sum + mock.callCount(), 0);
    await overview();
    const once = calls();
    await Promise.all(Array.from({ length: 100 }, overview));
    assert.equal(calls(), once);
    assert.ok(once <= 6, `${once} calls`);
  });

  it('shows the last known values for a minute while the store is unavailable', async (context) => {
    const { state, overview, save, failedIndex, pass } = setUp();
    await save(newJob());
    await failedIndex.add([failed()]);
    await overview();
    context.mock.method(state, 'getMany', async () => Promise.reject(unavailable('the store')));
    pass(30);
    const shown = await overview();
    assert.deepEqual([shown.jobs?.queued, shown.failed], [1, { count: 1, is_complete: true }]);
    pass(31);
    const old = await overview();
    assert.deepEqual([old.jobs, old.failed], [null, null]);
  });

  it('waits for a store that does not answer for two seconds at most', async (context) => {
    const clock = stoppedClock(context);
    const { state, overview } = setUp();
    const getMany = context.mock.method(state, 'getMany', () => new Promise<never>(() => undefined));
    const answer = overview();
    await eventually(() => getMany.mock.callCount() > 0);
    clock.advance(2_000);
    await runEventLoop(10);
    assert.equal((await answer).jobs, null);
  });
});

describe('createOverview', () => {
  function withSidecar(context: TestContext, metadata: () => Promise<typeof SIDECAR>) {
    const { live, failedIndex, stopping } = buildGateway();
    context.after(() => stopping.abort());
    return createOverview({
      ...{ ...live, failedIndex, metadata, stoppingSignal: stopping.signal },
      log: pino({ level: 'silent' }),
    });
  }

  it('leaves out the components where the sidecar does not answer', async (context) => {
    const read = withSidecar(context, async () => Promise.reject(unavailable('the sidecar')));
    const { dapr, components } = await read();
    assert.deepEqual([dapr, components], [null, null]);
  });

  it('asks the sidecar once in half a minute', async (context) => {
    const metadata = context.mock.fn(async () => SIDECAR);
    const read = withSidecar(context, metadata);
    for (let times = 0; times < 5; times++) await read();
    assert.equal(metadata.mock.callCount(), 1);
  });
});

describe('countFailed', () => {
  const signal = new AbortController().signal;

  it('counts the entries that have not expired, without reading a job', async (context) => {
    const state = createMemoryState();
    const index = createFailedIndex(state, 3600);
    const expired = HIDDEN.map(([, job]) => job).filter(({ status }) => status !== 'deleted');
    await index.add([
      failed(),
      failed(),
      ...expired.filter((job) => Date.parse(job.expires_at) < Date.now()),
    ]);
    const getMany = context.mock.method(state, 'getMany');
    assert.deepEqual(await countFailed(index, signal), { count: 2, is_complete: true });
    const keys = getMany.mock.calls.flatMap(({ arguments: [keys] }) => keys);
    assert.ok(keys.every((key) => key.startsWith('failed:')) && keys.length === 16);
  });

  it('stops after a bounded number of documents, and says that there are more', async (context) => {
    const state = createMemoryState();
    const few = createShardedMap<{ expires_at: string }>(state, 'failed', {
      ttlSeconds: 3600,
      maxEntries: 2,
    });
    const { expires_at } = failed();
    await few.put(Array.from({ length: 3_000 }, () => ({ id: randomUUID(), expires_at })));
    const getMany = context.mock.method(state, 'getMany');
    const { count, is_complete } = await countFailed(createFailedIndex(state, 3600), signal);
    assert.ok(!is_complete && count > 0 && count < 3_000, `${count}`);
    const keys = getMany.mock.calls.flatMap(({ arguments: [keys] }) => keys);
    assert.ok(keys.length < 600, `${keys.length} documents`);
  });
});
