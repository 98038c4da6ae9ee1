import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  BEAT_MS,
  type ConverterPresence,
  showPresence,
} from '../../../../services/shared/contract/converter-presence.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { failed, newJob } from '../../../support/job.ts';
import { startPage } from './open-page.ts';

const SPEEDS = { seconds_per_mib: 0.3, sound_speed: 84.52, sound_speed_normalized: null };
const VERSIONS = { release: '0.1.0', node: '24.1.0', ffmpeg: '5.1.9-0+deb12u1' };
const job_id = () => randomUUID();

/** A converter at work, an idle one, and one of the previous release, which says less. */
export const CONVERTERS: Omit<ConverterPresence, 'beat'>[] = [
  {
    ...{ concurrency: 2, ...SPEEDS, host: 'converter-7d9c5b6f4-x2x8q', versions: VERSIONS },
    conversions: [
      { job_id: job_id(), stage: 'encode', progress: 0.42, speed: 91.5 },
      { job_id: job_id(), stage: 'fetch', progress: null, speed: null },
    ],
  },
  {
    ...{ concurrency: 4, ...SPEEDS, sound_speed_normalized: 41.2 },
    ...{ host: 'converter-7d9c5b6f4-zzzzz', versions: VERSIONS, conversions: [] },
  },
  { concurrency: 1, ...SPEEDS },
];

/** Names and reasons that are hard to show: long, of several scripts, and markup. */
export const FAILED: Job[] = [
  failed({ filename: 'A holiday in Brittany, part 2 (final) (really final).mkv' }),
  failed({
    filename: `${'فيلم العائلة '.repeat(12)}.mp4`,
    error: { code: 'gave_up', detail: 'given up after 5 attempts: the converter ended' },
  }),
  failed({ filename: '<img src=x onerror=alert(1)>.mov', email: `${'long'.repeat(15)}@example.com` }),
];

interface OperatorOptions {
  failedJobs?: Job[];
  hasOperator?: boolean;
  /** Default: the browser that all tests of the process share. */
  browser?: Browser;
}

/** The real page of an operator over a gateway with jobs and converters. */
export async function startOperatorPage(
  context: Pick<TestContext, 'after'>,
  { failedJobs = FAILED, hasOperator = true, browser }: OperatorOptions = {},
) {
  // A gateway knows who is alive once it has seen a change after some seconds.
  let skippedMs = 0;
  const system = await startPage(context, {
    ...{ hasOperator, now: () => performance.now() + skippedMs },
    ...(browser && { browser }),
  });
  const { jobs, index, failedIndex, state, live } = system;
  const ids = CONVERTERS.map(() => randomUUID());
  let beats = 0;
  const beat = async () => {
    beats += 1;
    for (const [at, presence] of CONVERTERS.entries())
      await showPresence(state, {
        ...{ id: ids[at] ?? '', dead: new Set() },
        presence: { beat: beats, ...presence },
      });
    await live.converters.update();
  };
  /** Shows that the converters are alive. A gateway forgets those of which it has not seen anything for some seconds. */
  const showConverters = async () => {
    await beat();
    skippedMs += 2 * BEAT_MS;
    await beat();
  };
  await showConverters();
  const beating = setInterval(beat, BEAT_MS);
  context.after(() => clearInterval(beating));
  const queued = (seconds: number) =>
    newJob({ updated_at: new Date(Date.now() - seconds * 1000).toISOString() });
  const active = [queued(200), queued(5), newJob({ status: 'converting' }), newJob({ status: 'uploading' })];
  for (const job of active) {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
  }
  for (const job of failedJobs) await jobs.create(job);
  await failedIndex.add(failedJobs);
  return { ...system, showConverters };
}
