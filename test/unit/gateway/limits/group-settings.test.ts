import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayEnvironment, groupLimitsOf, limitsOf, timesOf } from '../../../../services/gateway/config.ts';
import { perOwner } from '../../../../services/gateway/limits/quota.ts';
import { readEnvironment } from '../../../../services/shared/runtime/config.ts';

const read = (variables: Record<string, string>) =>
  readEnvironment(gatewayEnvironment, {
    LINK_SECRET: 'a secret of thirty-two characters',
    EVENT_SECRET: 'a secret of thirty-two characters',
    ...variables,
  });

describe('groupLimitsOf', () => {
  it('gives friends and operators what users have, except for what their own setting names', () => {
    const limits = groupLimitsOf(
      read({
        MAX_UPLOAD_BYTES: '5000',
        LIMITS_USER: 'uploads_per_day=10, stored_bytes=7000',
        LIMITS_FRIEND: 'max_upload_bytes=9000,uploads_per_day=none',
        LIMITS_OPERATOR: 'stored_bytes=none,retention_seconds=31536000',
      }),
    );
    const { user, friend, operator } = limits;
    assert.deepEqual([user.maxUploadBytes, user.uploadsPerDay, user.storedBytes], [5000, 10, 7000]);
    assert.deepEqual(
      [friend.maxUploadBytes, friend.uploadsPerDay, friend.storedBytes],
      [9000, undefined, 7000],
    );
    assert.deepEqual([operator.uploadsPerDay, operator.storedBytes], [10, undefined]);
    assert.equal(operator.retentionSeconds, 31_536_000);
  });

  it('keeps the indexes for as long as the jobs of any group', () => {
    const env = read({ LIMITS_FRIEND: 'retention_seconds=31536000' });
    assert.equal(timesOf(env).indexSeconds, 31_536_000 + 12 * 3600);
  });

  it('lets a guest have more than by default', () => {
    const { guest } = groupLimitsOf(
      read({ LIMITS_GUEST: 'max_upload_bytes=1000000000,minutes_per_day=none' }),
    );
    assert.deepEqual([guest.maxUploadBytes, guest.minutesPerDay, guest.uploadsPerDay], [1e9, undefined, 20]);
  });

  it('gives each group its number of unfinished jobs', () => {
    const { activeJobs } = limitsOf(
      read({
        LIMITS_USER: 'unfinished_jobs=5',
        LIMITS_FRIEND: 'unfinished_jobs=50',
        LIMITS_GUEST: 'unfinished_jobs=2',
      }),
    );
    const counts = (['guest', 'user', 'friend', 'operator'] as const).map((group) =>
      perOwner(activeJobs, group),
    );
    assert.deepEqual(counts, [2, 5, 50, 5]);
  });
});

describe('LIMITS_FRIEND', () => {
  for (const [value, message] of [
    ['uploads_a_day=3', /has no limit «uploads_a_day»; there are max_upload_bytes, retention_seconds/],
    ['__proto__=3', /has no limit «__proto__»/],
    ['uploads_per_day', /needs a whole number from 0 to 1000000000, or none, for uploads_per_day/],
    ['uploads_per_day=-1', /for uploads_per_day/],
    ['uploads_per_day=1e3', /for uploads_per_day/],
    ['uploads_per_day=1=2', /for uploads_per_day/],
    ['uploads_per_day=unlimited', /for uploads_per_day/],
    ['retention_seconds=none', /needs a whole number from 60 to 31536000 for retention_seconds/],
    ['retention_seconds=59', /for retention_seconds/],
    ['max_upload_bytes=99999999999999999', /for max_upload_bytes/],
    ['stored_bytes=1,stored_bytes=2', /names stored_bytes twice/],
  ] as const) {
    it(`refuses ${value} at the start`, () => {
      assert.throws(() => read({ LIMITS_FRIEND: value }), message);
    });
  }

  it('does not set the retention of guests, which auth has to know, too', () => {
    assert.throws(() => read({ LIMITS_GUEST: 'retention_seconds=3600' }), /GUEST_RETENTION_SECONDS/);
  });
});
