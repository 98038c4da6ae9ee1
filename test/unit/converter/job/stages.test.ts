import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStages } from '../../../../services/converter/job/stages.ts';

/** An attempt whose MP3 is checked for longer than it is stored. */
function attempt(queuedMs?: number) {
  let time = 1000;
  const stages = createStages({ queuedMs, now: () => time });
  const after = (ms: number) => {
    time += ms;
    return time;
  };
  after(250);
  stages.end('fetch');
  const joined = { begin: time + 1000, end: time + 1200 };
  after(1500.4321);
  stages.end('encode');
  stages.add('join', joined);
  const begin = time;
  after(10);
  stages.end('store');
  stages.add('check', { begin, end: after(740) });
  after(30);
  stages.end('save');
  after(5);
  stages.end('publish');
  return stages;
}

describe('createStages', () => {
  it('measures each stage from the last end of any stage, and lists them in their order', () => {
    assert.deepEqual(attempt(100).all(), [
      { stage: 'queue', begin: 0, end: 0.1 },
      { stage: 'fetch', begin: 0.1, end: 0.35 },
      { stage: 'encode', begin: 0.35, end: 1.85 },
      { stage: 'join', begin: 1.35, end: 1.55 },
      { stage: 'check', begin: 1.85, end: 2.6 },
      { stage: 'store', begin: 1.85, end: 1.86 },
      { stage: 'save', begin: 2.6, end: 2.63 },
      { stage: 'publish', begin: 2.63, end: 2.635 },
    ]);
  });

  it('has no queue of a job that was taken over, and then begins with the attempt', () => {
    assert.deepEqual(attempt().all()[0], { stage: 'fetch', begin: 0, end: 0.25 });
  });

  it('lists how long the public steps took, in their order', () => {
    assert.deepEqual(attempt(100).steps(), [
      { step: 'fetch', seconds: 0.25 },
      { step: 'encode', seconds: 1.5 },
      { step: 'check', seconds: 0.75 },
      { step: 'store', seconds: 0.01 },
    ]);
  });
});
