import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCharges } from '../../../../services/converter/fairness/charges.ts';

describe('the charges of a converter that runs for weeks', () => {
  it('stay few with users who come once, also beside one whose conversion takes long', () => {
    let time = 0;
    const charges = createCharges(() => time * 1000);
    charges.begin('long', 1);
    let most = 0;
    for (let count = 0; count < 10_000; count++) {
      const end = charges.begin(`user-${count}`, 1);
      time += 1;
      end();
      most = Math.max(most, charges.size);
    }
    // Those of the last ten minutes, and the one whose conversion runs.
    assert.ok(most <= 602, `${most} accounts`);
    assert.equal(charges.of('long'), 10_000);
  });

  it('are none after the end of a busy period, also for work that is still ending', () => {
    let time = 0;
    const charges = createCharges(() => time * 1000);
    const end = charges.begin('a', 1);
    time += 100;
    charges.clear();
    end();
    assert.equal(charges.size, 0);
    assert.equal(charges.of('a'), charges.of('b'));
  });
});
