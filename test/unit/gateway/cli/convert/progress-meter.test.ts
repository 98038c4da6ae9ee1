import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgressMeter } from '../../../../../services/gateway/cli/convert/progress-meter.ts';
import { createTestClock } from '../../client/test-clock.ts';

describe('createProgressMeter', () => {
  it('shows the speed and the time left, and forgets both when the transfer starts again', () => {
    const clock = createTestClock();
    const meter = createProgressMeter(100e6, clock);
    meter.update(0);
    clock.advance(2_000);
    meter.update(20e6);
    assert.equal(meter.share(), 0.2);
    assert.equal(meter.describe(), '20.0 MB of 100.0 MB  10.0 MB/s  ETA 0:08');
    meter.update(0);
    assert.equal(meter.describe(), '0 bytes of 100.0 MB');
  });
});
