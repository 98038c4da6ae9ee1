import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStepTimes } from '../../../../services/converter/job/step-times.ts';

describe('createStepTimes', () => {
  it('measures each step from the end of the one before, and lists them in their order', () => {
    let now = 1000;
    const steps = createStepTimes(() => now);
    now += 250;
    steps.end('fetch');
    now += 1500.4321;
    steps.end('encode');
    now += 10;
    steps.end('store');
    steps.add('check', 0.75);
    assert.deepEqual(steps.all(), [
      { step: 'fetch', seconds: 0.25 },
      { step: 'encode', seconds: 1.5 },
      { step: 'check', seconds: 0.75 },
      { step: 'store', seconds: 0.01 },
    ]);
  });
});
