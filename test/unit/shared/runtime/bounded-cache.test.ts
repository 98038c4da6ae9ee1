import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBoundedCache } from '../../../../services/shared/runtime/bounded-cache.ts';

describe('createBoundedCache', () => {
  it('forgets what was not used for longest where there is no more room', () => {
    const cache = createBoundedCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c'), cache.size], [1, undefined, 3, 2]);
  });

  it('forgets an entry after its time', (context) => {
    context.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000 });
    context.mock.method(performance, 'now', () => Date.now());
    const cache = createBoundedCache<string, number>(2, 500);
    cache.set('a', 1);
    context.mock.timers.tick(400);
    assert.equal(cache.get('a'), 1);
    context.mock.timers.tick(200);
    assert.equal(cache.get('a'), undefined);
  });

  it('takes memory for what it keeps, and not for what it may keep', () => {
    const before = process.memoryUsage();
    const caches = Array.from({ length: 20 }, () => createBoundedCache<string, number>(100_000, 500));
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    assert.ok(grown < 20_000_000, `${grown} bytes for ${caches.length} caches`);
  });
});
