import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import type { Stage, StageName } from '../../../../services/converter/job/stages.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import { LOG_MESSAGES } from '../../../support/log-messages.ts';
import { media, tone } from '../../../support/media.ts';
import { tools } from '../../../support/tools.ts';
import { createTestConverter, type TestConverter } from './test-converter.ts';

const film = () => media('film.mp4', ...tone(12), '-c:a', 'aac');
const limits = { maxDurationSeconds: 60, maxConvertSeconds: 240 };

function loggedStages({ lines }: TestConverter): Stage[] {
  const [line, ...more] = lines.filter(({ msg }) => msg === LOG_MESSAGES.stages);
  assert.equal(more.length, 0);
  return (line?.stages ?? assert.fail('no stages were logged')) as Stage[];
}

describe('the stages that a converter logs', () => {
  it('go from the time at which the job was queued to the event of its MP3', async () => {
    await using converter = await createTestConverter();
    const updated_at = new Date(Date.now() - 10_000).toISOString();
    const job = await converter.submit(await film(), { updated_at });
    await converter.deliver(job);
    const stages = loggedStages(converter);
    assert.deepEqual(
      stages.map(({ stage }) => stage),
      ['queue', 'fetch', 'probe', 'encode', 'check', 'store', 'save', 'publish'],
    );
    const [queue] = stages;
    assert.ok(queue?.begin === 0 && queue.end > 10 && queue.end < 60, JSON.stringify(stages));
    for (const { begin, end } of stages) assert.ok(begin <= end, JSON.stringify(stages));
  });

  it('have the joining of the parts within the encoding, where several cores were idle', async () => {
    const slots = createCoreSlots(2);
    const transcode = createTranscode({ ...tools, limits, idleCores: slots, minSegmentSeconds: 5 });
    await using converter = await createTestConverter({ slots, transcode });
    await converter.deliver(await converter.submit(await film()));
    const stages = loggedStages(converter);
    const at = (name: StageName) => stages.find(({ stage }) => stage === name) ?? assert.fail(`no ${name}`);
    const [encode, join] = [at('encode'), at('join')];
    assert.ok(encode.begin < join.begin && join.end <= encode.end, JSON.stringify(stages));
    assert.ok(at('save').begin >= at('check').end, JSON.stringify(stages));
  });

  it('have no queue of a job that was taken over', async () => {
    await using converter = await createTestConverter();
    await converter.deliver(await converter.submit(await film(), { status: 'converting' }));
    assert.equal(loggedStages(converter)[0]?.stage, 'fetch');
  });

  it('are not logged of a conversion that has failed', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await media('silent.mp4', '-f', 'lavfi', '-i', 'testsrc2=d=1'));
    await converter.deliver(job);
    assert.equal((await converter.job(job)).status, 'failed');
    assert.deepEqual(
      converter.lines.filter(({ msg }) => msg === LOG_MESSAGES.stages),
      [],
    );
  });
});
