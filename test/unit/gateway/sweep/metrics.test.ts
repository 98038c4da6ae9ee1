import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { createSweepMetrics } from '../../../../services/gateway/sweep/metrics.ts';

describe('createSweepMetrics', () => {
  test('exposes passes, active jobs, republished events and deleted videos', async () => {
    const registry = new Registry();
    const metrics = createSweepMetrics(registry);
    metrics.startTimer()();
    metrics.setActiveJobs(
      new Map([
        ['queued', 3],
        ['converting', 1],
      ]),
    );
    metrics.setActiveJobs(new Map([['queued', 2]]));
    metrics.republished('video');
    metrics.republished('video');
    metrics.videoDeleted();
    const text = await registry.metrics();
    assert.match(text, /^sweep_pass_seconds_count 1$/m);
    assert.match(text, /^sweep_open_jobs{status="queued"} 2$/m);
    assert.doesNotMatch(text, /converting/);
    assert.match(text, /^sweep_republished_total{topic="video"} 2$/m);
    assert.match(text, /^sweep_videos_deleted_total 1$/m);
  });
});
