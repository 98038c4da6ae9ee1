import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCurrentConversions } from '../../../../services/converter/job/current-conversions.ts';
import { video } from '../../../support/media.ts';
import { createTestConverter } from './test-converter.ts';

it('createConvert shows what it is doing while it converts, and nothing afterwards', async () => {
  const current = createCurrentConversions();
  await using converter = await createTestConverter({ current });
  const job = await converter.submit(await video(20));
  const stages = new Set<string>();
  const speeds: number[] = [];
  const looking = setInterval(() => {
    for (const { job_id, stage, speed } of current.list()) {
      assert.equal(job_id, job.id);
      stages.add(stage);
      if (speed !== null) speeds.push(speed);
    }
  }, 1);
  await converter.deliver(job).finally(() => clearInterval(looking));
  assert.equal((await converter.job(job)).status, 'done');
  assert.ok(stages.isSupersetOf(new Set(['probe', 'encode', 'check'])), [...stages].join());
  assert.ok(
    speeds.some((speed) => speed > 1),
    'the speed is that of the sound',
  );
  assert.deepEqual(current.list(), []);
});

it('createConvert shows nothing of a conversion that has failed', async () => {
  const current = createCurrentConversions();
  const transcode = async () => Promise.reject(new Error('ffmpeg has ended'));
  await using converter = await createTestConverter({ current, transcode });
  await assert.rejects(converter.deliver(await converter.submit(await video(2))));
  assert.deepEqual(current.list(), []);
});
