import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ConverterPresence } from '../../../../services/shared/contract/converter-presence.ts';
import { showPresence } from '../../../../services/shared/contract/converter-presence.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { done, newJob } from '../../../support/job.ts';
import { asOwner, buildGateway, STRANGER } from '../test-gateway.ts';

const MIB = 1024 ** 2;
const queuedAt = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

/** A gateway that has watched these converters for long enough to know who is alive. Time passes only by `pass`. */
async function setUp(context: TestContext, converters: string[] = ['one']) {
  const clock = stoppedClock(context);
  let time = 0;
  const gateway = buildGateway({ now: () => time });
  const { state, live } = gateway;
  context.after(() => gateway.stopping.abort());
  let beats = 0;
  const alive = new Set(converters);
  const beat = async (fields: Partial<ConverterPresence> = {}) => {
    beats += 1;
    for (const id of alive) {
      const presence = {
        beat: beats,
        concurrency: 1,
        seconds_per_mib: 2,
        sound_speed: null,
        sound_speed_normalized: null,
      };
      await showPresence(state, { id, presence: { ...presence, ...fields }, dead: new Set() });
    }
  };
  await beat();
  void live.converters.run();
  const pass = async (seconds: number, eachSecond: () => Promise<unknown> = async () => undefined) => {
    for (let second = 0; second < seconds; second++) {
      if (time % 5_000 === 0) await beat();
      await eachSecond();
      time += 1_000;
      clock.advance(1_000);
      await runEventLoop(15);
    }
  };
  await runEventLoop(10);
  await pass(20);
  return {
    ...{ gateway, state, alive, pass },
    view: async ({ id }: Job) => (await gateway.call('GET', `/jobs/${id}`, { headers: asOwner })).json,
  };
}

describe('the place of a queued job', () => {
  it('counts the queued jobs of all users that have their turn before, one of each user after the other', async (context) => {
    const { gateway, view } = await setUp(context);
    const mine = newJob({ updated_at: queuedAt(5) });
    await gateway.save(newJob({ updated_at: queuedAt(8), owner: STRANGER.id }));
    await gateway.save(newJob({ updated_at: queuedAt(9), owner: STRANGER.id }));
    await gateway.save(mine);
    await gateway.save(newJob({ updated_at: queuedAt(1), owner: STRANGER.id }));
    await gateway.save(newJob({ updated_at: queuedAt(4) }));
    await gateway.save(newJob({ status: 'converting', updated_at: queuedAt(0) }));
    await gateway.save(newJob({ status: 'uploading', updated_at: queuedAt(0) }));
    await gateway.save(done({ updated_at: queuedAt(0) }));
    assert.deepEqual((await view(mine)).queue, { position: 4, converters: 1 });
  });

  it('is in the list of jobs, for queued jobs alone', async (context) => {
    const { gateway } = await setUp(context, ['one', 'two']);
    await gateway.save(newJob({ updated_at: queuedAt(1) }));
    await gateway.save(done());
    await gateway.save(newJob({ updated_at: queuedAt(0) }));
    const { json } = await gateway.call('GET', '/jobs', { headers: asOwner });
    const places = json.jobs.map(({ queue }: { queue: unknown }) => queue);
    assert.deepEqual(places, [{ position: 1, converters: 2 }, null, { position: 2, converters: 2 }]);
  });

  it('costs one read of the index in two seconds, whoever asks, and none where no job is queued', async (context) => {
    const { gateway, view, pass } = await setUp(context);
    const [queued, ended] = [await gateway.save(newJob()), await gateway.save(done())];
    const getMany = context.mock.method(gateway.state, 'getMany');
    const reads = () =>
      getMany.mock.calls.filter(({ arguments: [keys] }) => keys[0]?.startsWith('open:')).length;
    for (let count = 0; count < 20; count++) await view(ended);
    assert.equal(reads(), 0);
    await Promise.all(Array.from({ length: 50 }, () => view(queued)));
    for (let count = 0; count < 5; count++) await view(queued);
    assert.equal(reads(), 1);
    await pass(2);
    await Promise.all(Array.from({ length: 50 }, () => view(queued)));
    assert.equal(reads(), 2);
  });

  it('is not known while the store does not answer, and the job is shown all the same', async (context) => {
    const { gateway, view } = await setUp(context);
    const job = await gateway.save(newJob());
    context.mock.method(gateway.state, 'getMany', async () => Promise.reject(unavailable('the store')));
    const shown = await view(job);
    assert.deepEqual([shown.status, shown.queue, shown.eta_seconds], ['queued', null, null]);
  });

  it('does not hold up a response for more than a second', async (context) => {
    const { gateway, pass } = await setUp(context);
    const job = await gateway.save(newJob());
    const getMany = context.mock.method(gateway.state, 'getMany', () => new Promise<never>(() => undefined));
    const reply = gateway.call('GET', `/jobs/${job.id}`, { headers: asOwner });
    await eventually(() => getMany.mock.callCount() > 0);
    await pass(1);
    assert.equal((await reply).json.queue, null);
  });
});

describe('the number of converters', () => {
  it('falls to 0 within 30 seconds after all were killed, and rises when one starts', async (context) => {
    const { gateway, view, pass, alive } = await setUp(context, ['one', 'two']);
    const job = await gateway.save(newJob());
    assert.equal((await view(job)).queue.converters, 2);
    alive.clear();
    await pass(10, () => view(job));
    assert.equal((await view(job)).queue.converters, 2, 'two missing beats say nothing');
    await pass(20, () => view(job));
    const waiting = await view(job);
    assert.deepEqual([waiting.queue.converters, waiting.eta_seconds], [0, null]);
    alive.add('three');
    await pass(8, () => view(job));
    assert.equal((await view(job)).queue.converters, 1);
  });

  it('is not 0 while a converter that does not show itself converts a job', async (context) => {
    const { gateway, view, pass } = await setUp(context, []);
    const job = await gateway.save(newJob());
    const converting = await gateway.save(newJob({ status: 'converting' }));
    assert.equal((await view(job)).queue.converters, 0);
    let progress = 0;
    const convert = async () => {
      progress += 0.01;
      await gateway.jobs.update(converting.id, (now) => newJob({ ...now, status: 'converting', progress }));
      await view(job);
    };
    await pass(5, convert);
    assert.equal((await view(job)).queue.converters, 1);
    await pass(30, () => view(job));
    assert.equal((await view(job)).queue.converters, 0, 'its job has not changed for 20 seconds');
  });
});

describe('the time of a queued job', () => {
  it('is that of the jobs ahead and its own', async (context) => {
    const { gateway, view, pass } = await setUp(context);
    const source = (mib: number) => ({
      ...{
        size: mib * MIB,
        sha256: 'x',
        duration_seconds: null,
        tracks: null,
        original: null,
        kept: 'whole' as const,
      },
    });
    await gateway.save(newJob({ updated_at: queuedAt(1), source: source(10) }));
    const converting = await gateway.save(
      newJob({ status: 'converting', eta_seconds: 5, source: source(99) }),
    );
    const job = await gateway.save(newJob({ updated_at: queuedAt(2), source: source(10) }));
    await pass(4, async () => {
      await gateway.jobs.update(converting.id, (now) =>
        newJob({ ...now, status: 'converting', eta_seconds: 5 }),
      );
      await view(job);
    });
    const { eta_seconds, queue } = await view(job);
    assert.deepEqual([eta_seconds, queue], [45, { position: 2, converters: 1 }]);
  });
});
