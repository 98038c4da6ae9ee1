import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { ConversionFailure } from '../../../../services/converter/failure.ts';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { createQueuedJobs } from '../../../../services/converter/fairness/queued-jobs.ts';
import { createTurns } from '../../../../services/converter/fairness/turns.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/transcode/transcode.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { retry } from '../../../../services/shared/jobs/generations.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { cancel } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { video } from '../../../support/media.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { tools } from '../../../support/tools.ts';
import { abortOf, endless } from './running-conversions.ts';
import { createTestConverter, type TestConverter } from './test-converter.ts';

const real = createTranscode({ ...tools, limits: { maxDurationSeconds: 60, maxConvertSeconds: 240 } });
/** The quickest way to end a job. */
const refuse: Transcode = async () => {
  throw new ConversionFailure('no_audio', 'there is no sound in it');
};
const [ANNA, BERT] = [randomUUID(), randomUUID()];

interface Setting {
  slots: number[];
  transcode?: Transcode;
  /** By default, the clock is a thousand times as fast, so that no test waits for the pause between two reads of the index. */
  clockRate?: number;
  /** Milliseconds of that clock after which a lease that is not renewed is over. By default, no lease is ever. */
  leaseMs?: number;
  /** Milliseconds of the clock by which the turns are charged. */
  chargeClock?: () => number;
}

/** Converters that share a store. They note whose job they begin, by the title. */
async function setUp(setting: Setting) {
  const { slots, transcode = real, clockRate = 1000, chargeClock } = setting;
  const { leaseMs = Number.POSITIVE_INFINITY } = setting;
  const shared = createMemoryState();
  const index = createJobIndex(shared, 3600);
  const begun: { title: string | undefined; converter: number }[] = [];
  const converters: TestConverter[] = [];
  for (const [converter, count] of slots.entries()) {
    const state = asOtherProcess(shared);
    const turns = createTurns(chargeClock);
    const stopping = new AbortController();
    const log = pino({ level: 'silent' });
    const queued = createQueuedJobs({
      ...{ state, jobs: createJobStore(state), estimate: () => null, log },
      beginners: createBeginners(state, log),
      leaseMs,
      stoppingSignal: stopping.signal,
      now: () => performance.now() * clockRate,
    });
    const noting: Transcode = (request) => {
      begun.push({ title: request.options.title, converter });
      return transcode(request);
    };
    const ports = { queued, turns, slots: createCoreSlots(count, turns.first), transcode: noting };
    converters.push(await createTestConverter({ ...ports, state }));
  }
  let seconds = 0;
  const submit = async (owner: string, fields: Partial<Job> = {}): Promise<Job> => {
    seconds += 1;
    const queuedAt = new Date(Date.now() - 600_000 + seconds * 1000).toISOString();
    const options = { quality: 9, title: owner === ANNA ? 'anna' : 'bert' };
    const job = await (converters[0] as TestConverter).submit(await video(2), {
      ...{ owner, options, updated_at: queuedAt },
      ...(fields as object),
    });
    await index.addActive(owner, job.id);
    return job;
  };
  return {
    ...{ begun, converters, submit },
    titles: () => begun.map(({ title }) => title).join(' '),
    async [Symbol.asyncDispose]() {
      for (const converter of converters) await converter[Symbol.asyncDispose]();
    },
  };
}

/** A broker that hands the events out in their order, up to `prefetch` to each converter at a time. */
async function deliverAll(converters: TestConverter[], jobs: Job[], prefetch: number[]): Promise<void> {
  const events = [...jobs];
  const consume = async (converter: TestConverter) => {
    for (let job = events.shift(); job; job = events.shift()) await converter.deliver(job);
  };
  await Promise.all(
    converters.flatMap((converter, number) =>
      Array.from({ length: prefetch[number] ?? 0 }, () => consume(converter)),
    ),
  );
}

const several = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
};

describe('converters whose jobs have several owners', () => {
  const SETTINGS: [title: string, slots: number[], prefetch: number[]][] = [
    ['one converter with one slot, which gets one event at a time', [1], [1]],
    ['one converter with two slots, which gets more events than that', [2], [4]],
    ['two converters', [1, 1], [2, 2]],
  ];
  for (const [title, slots, prefetch] of SETTINGS) {
    it(`convert the only film of one before most films of the other, whose events come first: ${title}`, async () => {
      await using system = await setUp({ slots });
      const jobs = [...(await several(5, () => system.submit(ANNA))), await system.submit(BERT)];
      await deliverAll(system.converters, jobs, prefetch);
      const place = system.begun.findIndex((each) => each.title === 'bert');
      assert.ok(place >= 0 && place <= 2, system.titles());
      for (const job of jobs) {
        const { status, attempts } = await (system.converters[0] as TestConverter).job(job);
        assert.deepEqual([status, attempts], ['done', 1]);
      }
      assert.equal(system.begun.length, jobs.length, 'each film is converted once');
      const outcomes = system.converters.flatMap(({ published }) => published.map(({ topic }) => topic));
      assert.deepEqual(outcomes, Array(jobs.length).fill('mp3'));
    });
  }

  it('leave no slot idle while events wait in another converter', async () => {
    await using system = await setUp({ slots: [1, 1] });
    const [first, second] = system.converters as [TestConverter, TestConverter];
    const jobs = await several(5, () => system.submit(ANNA));
    const held = jobs.slice(0, 4).map((job) => first.deliver(job));
    await Promise.all([...held, second.deliver(jobs[4] as Job)]);
    const bySecond = system.begun.filter(({ converter }) => converter === 1).length;
    assert.ok(bySecond >= 2, `the second converter has converted ${bySecond} of 5 films`);
    assert.equal(system.begun.length, jobs.length);
  });

  it('leave a job whose attempt has just failed to its own event', async () => {
    await using system = await setUp({ slots: [2], clockRate: 1 });
    const [converter] = system.converters as [TestConverter];
    const failed = await system.submit(BERT, { attempts: 1 });
    await converter.deliver(await system.submit(ANNA));
    assert.equal((await converter.job(failed)).status, 'queued');
    await converter.deliver(failed);
    assert.equal((await converter.job(failed)).status, 'done');
  });

  const LOST: [title: string, fields: Partial<Job>][] = [
    ['whose attempt has failed', { attempts: 1 }],
    ['whose attempts the store has failed', { infrastructureFailures: 1 }],
    [
      'whose converter was killed',
      { status: 'converting', attemptId: randomUUID(), attempts: 1 } as Partial<Job>,
    ],
  ];
  for (const [title, fields] of LOST) {
    it(`take a job ${title} before the backlog of another user, though its event is lost`, async () => {
      await using system = await setUp({ slots: [1], transcode: refuse, clockRate: 10_000, leaseMs: 20_000 });
      const lost = await system.submit(BERT, fields);
      const jobs = await several(60, () => system.submit(ANNA));
      await deliverAll(system.converters, jobs, [1]);
      const place = system.begun.findIndex((each) => each.title === 'bert');
      assert.ok(place >= 0 && place <= 30, system.titles());
      const { status, attempts } = await (system.converters[0] as TestConverter).job(lost);
      assert.deepEqual([status, attempts], ['failed', 1 + (fields.attempts ?? 0)]);
    });
  }

  it('find a job without any event while a slot is free', async () => {
    await using system = await setUp({ slots: [1, 1] });
    const [first, second] = system.converters as [TestConverter, TestConverter];
    const jobs = await several(3, () => system.submit(ANNA));
    await Promise.all([...jobs.slice(0, 2).map((job) => first.deliver(job)), second.look()]);
    assert.ok(system.begun.some(({ converter }) => converter === 1));
    for (const job of jobs) assert.equal((await first.job(job)).status, 'done');
    assert.equal(system.begun.length, jobs.length, 'each film is converted once');
  });

  it('forget what they have charged once nobody waits', async () => {
    let now = 0;
    const transcode: Transcode = (request) => {
      now += 300_000;
      return refuse(request);
    };
    await using system = await setUp({ slots: [1], transcode, chargeClock: () => now });
    const [converter] = system.converters as [TestConverter];
    await converter.deliver(await system.submit(ANNA));
    await system.submit(ANNA);
    await system.submit(BERT);
    while (system.begun.length < 3) await converter.look();
    assert.equal(system.titles(), 'anna anna bert');
  });

  it('take no further job while the disk is full', async () => {
    const transcode = async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    await using system = await setUp({ slots: [2], transcode });
    const [converter] = system.converters as [TestConverter];
    const other = await system.submit(BERT);
    await converter.deliver(await system.submit(ANNA));
    assert.equal(system.titles(), 'anna');
    assert.equal((await converter.job(other)).infrastructureFailures, 0);
  });
});

describe('a job that is converted without its event', () => {
  /** Two jobs of Anna are delivered, of which the second lets Bert's job be converted first. */
  async function begin(transcode: Transcode) {
    // The index is not read a second time within these tests.
    const system = await setUp({ slots: [2], transcode, clockRate: 0.001 });
    const [converter] = system.converters as [TestConverter];
    const jobs = await several(2, () => system.submit(ANNA));
    const other = await system.submit(BERT);
    const deliveries: Promise<unknown>[] = [];
    for (const [count, job] of jobs.entries()) {
      deliveries.push(converter.deliver(job).catch((error: unknown) => error));
      while (system.begun.length <= count) await new Promise(setImmediate);
    }
    assert.equal(system.titles(), 'anna bert');
    return { system, converter, other, deliveries };
  }

  it('is handed back when the converter stops, and its event is published again', async () => {
    const { system, converter, other, deliveries } = await begin(endless);
    await using _ = system;
    converter.stopping.abort();
    await Promise.all(deliveries);
    assert.deepEqual((await converter.job(other)).status, 'queued');
    assert.deepEqual(converter.published, [
      { topic: 'video', event: { job_id: other.id, trace_id: other.trace_id } },
    ]);
  });

  const FAILURES: [title: string, error: () => Error][] = [
    ['the store has failed', () => unavailable('the store')],
    ['its tool was killed', () => new Error('killed')],
  ];
  for (const [title, error] of FAILURES) {
    it(`is handed back because ${title}, and its event is published again`, async () => {
      const fails = new AbortController();
      const transcode: Transcode = async (request) => {
        if (request.options.title === 'anna') return endless(request);
        await abortOf(fails.signal);
        throw error();
      };
      const { system, converter, other, deliveries } = await begin(transcode);
      await using _ = system;
      // Its own event comes while it is converted, and is acknowledged.
      await converter.deliver(other);
      fails.abort();
      await deliveries[1];
      assert.deepEqual((await converter.job(other)).status, 'queued');
      assert.deepEqual(converter.published, [
        { topic: 'video', event: { job_id: other.id, trace_id: other.trace_id } },
      ]);
      converter.stopping.abort();
      await deliveries[0];
    });
  }

  it('is converted again when it was cancelled and retried meanwhile, though its event came while it was at work', async () => {
    const held = new AbortController();
    const isHeld = new Set<string>();
    const transcode: Transcode = async (request) => {
      const title = request.options.title ?? '';
      if (isHeld.has(title)) return real(request);
      isHeld.add(title);
      await Promise.race([abortOf(request.signal), abortOf(held.signal)]);
      request.signal.throwIfAborted();
      return real(request);
    };
    const { system, converter, other, deliveries } = await begin(transcode);
    await using _ = system;
    await converter.jobs.update(other.id, cancel);
    await converter.jobs.update(other.id, retry);
    await converter.deliver(other);
    held.abort();
    await Promise.all(deliveries);
    const { status, attempts } = await converter.job(other);
    assert.deepEqual([status, attempts], ['done', 1]);
  });
});

it('a job is published again where its second delivery was acknowledged, and the connection of the first is closed', async () => {
  const fails = new AbortController();
  const transcode: Transcode = async () => {
    await abortOf(fails.signal);
    throw new Error('killed');
  };
  await using system = await setUp({ slots: [1], transcode, clockRate: 0.001 });
  const [converter] = system.converters as [TestConverter];
  const job = await system.submit(ANNA);
  const closed = new AbortController();
  const first = converter.deliver(job, closed.signal).catch((error: unknown) => error);
  while (system.begun.length === 0) await new Promise(setImmediate);
  closed.abort();
  await converter.deliver(job);
  fails.abort();
  await first;
  assert.deepEqual(converter.published, [
    { topic: 'video', event: { job_id: job.id, trace_id: job.trace_id } },
  ]);
});
