import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rateLimitHeaders } from '../../../../services/shared/http/rate-limit-headers.ts';

const LOGINS = { policy: 'logins', quota: 20, remaining: 3, resetSeconds: 59.2, windowSeconds: 3600 };

describe('rateLimitHeaders', () => {
  it('lists the policies with their windows and units, and what is left of each', () => {
    const bytes = { policy: 'bytes', quota: 1e9, remaining: 0, resetSeconds: 5, unit: 'content-bytes' };
    assert.deepEqual(rateLimitHeaders([LOGINS, bytes]), {
      'RateLimit-Policy': '"logins";q=20;w=3600, "bytes";q=1000000000;qu="content-bytes"',
      RateLimit: '"logins";r=3;t=60, "bytes";r=0;t=5',
    });
  });

  it('writes whole numbers that a structured field can have', () => {
    const { RateLimit } = rateLimitHeaders([{ ...LOGINS, remaining: -5, resetSeconds: Number.MAX_VALUE }]);
    assert.equal(RateLimit, '"logins";r=0;t=999999999999999');
  });

  it('returns no header for no quota', () => {
    assert.deepEqual(rateLimitHeaders([]), {});
  });
});
