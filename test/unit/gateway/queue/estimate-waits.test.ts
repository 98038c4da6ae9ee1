import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { estimateWaits } from '../../../../services/gateway/queue/estimate-waits.ts';
import { type KnownJob, knownJobOf } from '../../../../services/gateway/queue/known-job.ts';
import type { ConverterPresence } from '../../../../services/shared/contract/converter-presence.ts';
import type { Work } from '../../../../services/shared/jobs/work.ts';
import { newJob } from '../../../support/job.ts';

const MIB = 1024 ** 2;
const converter = (fields: Partial<ConverterPresence> = {}): ConverterPresence => ({
  ...{ beat: 1, concurrency: 1, seconds_per_mib: 1, sound_speed: null, sound_speed_normalized: null },
  ...fields,
});
const work = (mib: number, fields: Partial<Work> = {}): Work => ({
  ...{ size: mib * MIB, soundSeconds: null, isNormalized: false, ...fields },
});
const converting = (etaSeconds: number | null, mib = 10): KnownJob => ({
  ...knownJobOf(
    { document: newJob({ status: 'converting' }), etag: '1' },
    { version: '1', before: undefined, readAt: 0 },
  ),
  ...{ etaSeconds, size: mib * MIB },
});

describe('estimateWaits', () => {
  type Row = [
    title: string,
    converters: ConverterPresence[],
    converting: KnownJob[],
    queued: Work[],
    seconds: (number | null)[],
  ];
  const ROWS: Row[] = [
    ['is its own time for a job that can start at once', [converter()], [], [work(20)], [20]],
    ['adds up the jobs ahead', [converter()], [], [work(20), work(15), work(40)], [20, 35, 75]],
    ['adds the rest of the job that is converted', [converter()], [converting(15)], [work(20)], [35]],
    [
      'estimates a job that is converted and says nothing',
      [converter()],
      [converting(null, 10)],
      [work(20)],
      [30],
    ],
    [
      'divides the work among the places of all converters',
      [converter({ concurrency: 2 }), converter({ concurrency: 2 })],
      [converting(20), converting(20), converting(20), converting(20)],
      [work(20), work(20)],
      [40, 45],
    ],
    [
      'lets a job start at once where a place is free',
      [converter({ concurrency: 2 })],
      [converting(50)],
      [work(20)],
      [20],
    ],
    [
      'counts a job whose length is known by the speed of the converters',
      [converter({ sound_speed: 50, sound_speed_normalized: 10 })],
      [],
      [work(1, { soundSeconds: 2_000 }), work(1, { soundSeconds: 200, isNormalized: true })],
      [40, 60],
    ],
    [
      'takes the mean of the converters that have measured something',
      [
        converter({ seconds_per_mib: 1 }),
        converter({ seconds_per_mib: 3 }),
        converter({ seconds_per_mib: null }),
      ],
      [converting(0), converting(0), converting(0)],
      [work(10)],
      [20],
    ],
    [
      'lets a short job begin at once beside long ones in all places, and those behind it one after another',
      [converter({ concurrency: 2 })],
      [converting(600, 600), converting(900, 900)],
      [work(10), work(700), work(5), work(10)],
      [10, 1500, 15, 25],
    ],
    [
      'counts the short jobs ahead for each converter, as each begins one',
      [converter(), converter()],
      [converting(600, 600), converting(900, 900)],
      [work(10), work(10), work(10), work(10)],
      [10, 10, 20, 25],
    ],
    [
      'has a short job wait for a short one in the only place',
      [converter()],
      [converting(5, 10)],
      [work(5), work(20), work(5)],
      [10, 30, 15],
    ],
    [
      'is that of the places where short jobs are faster there',
      [converter({ concurrency: 4 })],
      [],
      Array.from({ length: 8 }, () => work(10)),
      [10, 10, 10, 10, 20, 25, 25, 30],
    ],
    [
      'is known for a short job where a long one ahead is unknown',
      [converter({ sound_speed: 10, seconds_per_mib: null })],
      [converting(null, 600)],
      [work(1, { soundSeconds: 50 })],
      [5],
    ],
    [
      'is unknown before anything was measured',
      [converter({ seconds_per_mib: null })],
      [],
      [work(10)],
      [null],
    ],
    ['is unknown without a converter', [], [], [work(10)], [null]],
    [
      'is rounded up, so that it does not flicker',
      [converter()],
      [],
      [work(61), work(11), work(700)],
      [75, 75, 780],
    ],
  ];
  for (const [title, converters, running, queued, seconds] of ROWS)
    it(title, () => {
      const waits = estimateWaits(converters, running, queued);
      assert.deepEqual(
        queued.map((job, ahead) => waits.secondsUntilDone(job, ahead)),
        seconds,
      );
    });

  it('falls without a jump while a queue of 30 jobs is converted', () => {
    const converters = [converter({ concurrency: 2 })];
    const last = work(20);
    let queue = [...Array.from({ length: 29 }, () => work(20)), last];
    let running: number[] = [];
    const told: number[] = [];
    while (queue.includes(last)) {
      running = running.map((left) => left - 1).filter((left) => left > 0);
      while (running.length < 2 && queue.length > 0) {
        running.push(20);
        queue = queue.slice(1);
      }
      if (!queue.includes(last)) break;
      const jobs = running.map((left) => converting(left));
      told.push(
        estimateWaits(converters, jobs, queue).secondsUntilDone(last, queue.length - 1) ?? Number.NaN,
      );
    }
    const total = told.length + 20;
    for (const [second, seconds] of told.entries()) {
      const honest = total - second;
      assert.ok(Math.abs(seconds - honest) <= 25, `after ${second} s: ${seconds} s told, ${honest} s true`);
      const before = told[second - 1];
      if (before !== undefined)
        assert.ok(Math.abs(before - seconds) <= 15, `a jump from ${before} to ${seconds}`);
    }
  });
});
