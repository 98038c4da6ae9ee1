import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { createQueuedJobs } from '../../../../services/converter/fairness/queued-jobs.ts';
import { createTurns } from '../../../../services/converter/fairness/turns.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/transcode/transcode.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import type { Work } from '../../../../services/shared/jobs/work.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { file, freeBox, video } from '../../../support/media.ts';
import { tools } from '../../../support/tools.ts';
import { waitFor } from '../../../support/wait.ts';
import { endless } from './running-conversions.ts';
import { createTestConverter } from './test-converter.ts';

const SLOTS = 2;
const [ANNA, BERT] = [randomUUID(), randomUUID()];
const FILM_BYTES = 1024 ** 2;
/** A converter that has measured its speed knows by the size what takes long. */
const estimate = ({ size }: Work): number => (size >= FILM_BYTES ? 3600 : 1);

const clip = () => video(2);
/** A clip that is as large as if it took an hour. */
const film = async () =>
  file('film.mp4', Buffer.concat([await readFile(await clip()), freeBox(Buffer.alloc(FILM_BYTES))]));

const real = createTranscode({ ...tools, limits: { maxDurationSeconds: 60, maxConvertSeconds: 240 } });

/** A converter with two slots. What has `film` in its title is converted until the service stops. */
async function setUp() {
  const state = createMemoryState();
  const index = createJobIndex(state, 3600);
  const turns = createTurns();
  const log = pino({ level: 'silent' });
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const transcode: Transcode = async (request) => {
    const { title = '' } = request.options;
    begun.push(title);
    running++;
    most = Math.max(most, running);
    try {
      return await (title.includes('film') ? endless(request) : real(request));
    } finally {
      running--;
    }
  };
  const stopping = new AbortController();
  const queued = createQueuedJobs({
    ...{ state, jobs: createJobStore(state), beginners: createBeginners(state, log), estimate, log },
    leaseMs: Number.POSITIVE_INFINITY,
    stoppingSignal: stopping.signal,
    // A thousand times as fast, so that no test waits for the pause between two reads of the index.
    now: () => performance.now() * 1000,
  });
  const converter = await createTestConverter({
    ...{ state, queued, turns, transcode, estimate, stoppingSignal: stopping.signal },
    slots: createCoreSlots(SLOTS, turns.first),
    times: { leaseMs: 20_000, pollMs: 20, beatMs: 50 },
  });
  const deliveries: Promise<unknown>[] = [];
  let seconds = 0;
  async function submit(owner: string, title: string): Promise<Job> {
    const updated_at = new Date(Date.now() - 600_000 + ++seconds * 1000).toISOString();
    const path = await (title.includes('film') ? film() : clip());
    const job = await converter.submit(path, { owner, options: { quality: 9, title }, updated_at });
    await index.addActive(owner, job.id);
    return job;
  }
  function deliver(job: Job): void {
    deliveries.push(converter.deliver(job).catch((error: unknown) => error));
  }
  const statusOf = async (job: Job) => (await converter.job(job)).status;
  const untilBegun = (title: string) => waitFor(title, () => begun.includes(title), { pauseMs: 5 });
  return {
    ...{ begun, converter, submit, deliver, statusOf, untilBegun },
    untilDone: (job: Job) => waitFor('the MP3', async () => (await statusOf(job)) === 'done', { pauseMs: 5 }),
    mostAtOnce: () => most,
    /** Has films of a user converted in all slots. */
    async fillSlots(owner: string): Promise<Job[]> {
      const films: Job[] = [];
      while (films.length < SLOTS) {
        const title = `film ${films.length + 1}`;
        const job = await submit(owner, title);
        films.push(job);
        deliver(job);
        await untilBegun(title);
      }
      return films;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the service stops'));
      await Promise.all(deliveries);
      await converter[Symbol.asyncDispose]();
    },
  };
}

describe('a converter with long films in all slots', () => {
  it('converts a clip at once in addition to them, whoever owns it', async () => {
    for (const owner of [ANNA, BERT]) {
      await using system = await setUp();
      const films = await system.fillSlots(ANNA);
      const job = await system.submit(owner, 'clip');
      system.deliver(job);
      await system.untilDone(job);
      for (const each of films) assert.equal(await system.statusOf(each), 'converting');
    }
  });

  it('converts many clips in addition to them, one at a time', async () => {
    await using system = await setUp();
    await system.fillSlots(ANNA);
    const clips: Job[] = [];
    while (clips.length < 6) clips.push(await system.submit(BERT, `clip ${clips.length + 1}`));
    for (const job of clips) system.deliver(job);
    for (const job of clips) await system.untilDone(job);
    assert.equal(system.mostAtOnce(), SLOTS + 1);
    assert.equal(system.begun.length, SLOTS + clips.length, 'each one is converted once');
  });

  it('finds a clip for it whose event is elsewhere, and leaves a film that waits longer', async () => {
    await using system = await setUp();
    await system.fillSlots(ANNA);
    const waiting = await system.submit(BERT, 'third film');
    const job = await system.submit(BERT, 'clip');
    // The converter may still be reading an older list of queued jobs when it is told to look.
    await waitFor('the clip', async () => {
      await system.converter.look();
      return (await system.statusOf(job)) === 'done';
    });
    assert.equal(await system.statusOf(waiting), 'queued');
  });

  for (const [title, isDelivered] of [
    ['waits in it', true],
    ['is elsewhere', false],
  ] as const) {
    it(`does not begin a film of a user for whom it has worked less instead of a clip, when its event ${title}`, async () => {
      await using system = await setUp();
      await system.fillSlots(ANNA);
      const waiting = await system.submit(BERT, 'third film');
      if (isDelivered) system.deliver(waiting);
      const job = await system.submit(ANNA, 'clip');
      system.deliver(job);
      await system.untilDone(job);
      assert.equal(await system.statusOf(waiting), 'queued');
      assert.deepEqual(system.begun, ['film 1', 'film 2', 'clip']);
    });
  }

  it('converts the clip of a user for whom it has worked less first, in addition to them', async () => {
    await using system = await setUp();
    await system.fillSlots(ANNA);
    const own = await system.submit(ANNA, 'clip of Anna');
    const other = await system.submit(BERT, 'clip of Bert');
    system.deliver(own);
    await system.untilDone(own);
    assert.equal(await system.statusOf(other), 'done');
    assert.deepEqual(system.begun.slice(SLOTS), ['clip of Bert', 'clip of Anna']);
  });
});

it('a converter with a clip in its slots begins nothing in addition', async () => {
  await using system = await setUp();
  const jobs = [await system.submit(ANNA, 'film 1')];
  system.deliver(jobs[0] as Job);
  await system.untilBegun('film 1');
  const clips: Job[] = [];
  while (clips.length < 4) clips.push(await system.submit(BERT, `clip ${clips.length + 1}`));
  for (const job of clips) system.deliver(job);
  for (const job of clips) await system.untilDone(job);
  assert.equal(system.mostAtOnce(), SLOTS);
});
