import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayEnvironment, groupLimitsOf, limitsOf, timesOf } from '../../../services/gateway/config.ts';
import { readEnvironment } from '../../../services/shared/runtime/config.ts';

const LINK_SECRET = 'a secret of thirty-two characters';
const EVENT_SECRET = 'another secret of thirty-two characters';
const read = (variables: Record<string, string>) =>
  readEnvironment(gatewayEnvironment, { LINK_SECRET, EVENT_SECRET, ...variables });

describe('environment', () => {
  test('requires only LINK_SECRET and EVENT_SECRET', () => {
    const { PUBLIC_URL, MAX_UPLOAD_BYTES, RETENTION_SECONDS } = read({});
    assert.equal(PUBLIC_URL, 'http://localhost:8080');
    assert.equal(RETENTION_SECONDS, 604_800);
    // A sidecar accepts bodies of up to 4 GiB (`maxBodySize`), and a form has more than the file.
    assert.ok(MAX_UPLOAD_BYTES < 4 * 1024 ** 3);
  });

  const PAUSES: [keep: string, seconds: number][] = [
    ['0', 15],
    ['60', 15],
    ['3600', 180],
    ['604800', 600],
  ];
  for (const [keep, seconds] of PAUSES)
    test(`gives a pause of ${seconds} seconds between two passes over the videos for KEEP_VIDEO_SECONDS=${keep}`, () => {
      assert.equal(timesOf(read({ KEEP_VIDEO_SECONDS: keep })).videoPassSeconds, seconds);
    });

  test('allows no guests unless they are asked for', () => {
    assert.deepEqual(
      [{}, { GUESTS: 'false' }, { GUESTS: 'true' }].map((variables) => read(variables).GUESTS),
      [false, false, true],
    );
  });

  test('gives guests small limits', () => {
    const env = read({});
    assert.deepEqual(groupLimitsOf(env).guest, {
      ...{ maxUploadBytes: 200 * 1024 ** 2, retentionSeconds: 86_400 },
      ...{ uploadsPerDay: 20, bytesPerDay: 1024 ** 3, minutesPerDay: 180, storedBytes: 1024 ** 3 },
    });
    assert.deepEqual(limitsOf(env).activeJobs.guests, { all: 300, perUser: 3 });
  });

  test('gives a guest never more than a user, and keeps the indexes for as long as any job', () => {
    const env = read({
      ...{ MAX_UPLOAD_BYTES: '1000', RETENTION_SECONDS: '3600' },
      ...{ GUEST_MAX_UPLOAD_BYTES: '2000', GUEST_RETENTION_SECONDS: '7200' },
    });
    const { guest, user } = groupLimitsOf(env);
    assert.deepEqual(
      [guest.maxUploadBytes, guest.retentionSeconds],
      [user.maxUploadBytes, user.retentionSeconds],
    );
    assert.equal(timesOf(env).indexSeconds, 3600 + 12 * 3600);
  });

  const OF_GUESTS: [variables: Record<string, string>, all: number, perUser: number][] = [
    [{ MAX_UNFINISHED_PER_USER: '1' }, 300, 1],
    [{ MAX_UNFINISHED: '2' }, 2, 3],
    [{ GUEST_MAX_UNFINISHED: '5', GUESTS_MAX_UNFINISHED: '6' }, 6, 5],
  ];
  for (const [variables, all, perUser] of OF_GUESTS)
    test(`gives guests no more unfinished jobs than users with ${JSON.stringify(variables)}`, () => {
      assert.deepEqual(limitsOf(read(variables)).activeJobs.guests, { all, perUser });
    });

  test('does not let the retention of guests change the times of jobs of users', () => {
    const times = timesOf(read({ STALL_SECONDS: '45' }));
    assert.deepEqual(timesOf(read({ STALL_SECONDS: '45', GUEST_RETENTION_SECONDS: '60' })), times);
    assert.equal(times.failBeforeExpiryMs, 900_000);
  });

  const BAD: [name: string, value: string][] = [
    ['LINK_SECRET', ''],
    ['LINK_SECRET', 'hunter2'],
    ['EVENT_SECRET', ''],
    ['EVENT_SECRET', 'hunter2'],
    ['EVENT_SECRET', 'another secret of thirty-two characters,hunter2'],
    ['PUBLIC_URL', 'hunter2'],
    ['PUBLIC_URL', 'ftp://hunter2'],
    ['PUBLIC_URL', 'javascript:hunter2'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example,hunter2'],
    ['MAX_UPLOAD_BYTES', '0'],
    ['GUESTS', 'yes'],
    ['GUEST_MAX_UPLOAD_BYTES', '0'],
    ['GUEST_RETENTION_SECONDS', '59'],
    ['GUEST_MAX_UNFINISHED', '0'],
    ['GUESTS_MAX_UNFINISHED', '0'],
    ['RETENTION_SECONDS', '59'],
    ['RETENTION_SECONDS', '31536001'],
    ['KEEP_VIDEO_SECONDS', '-1'],
    ['KEEP_VIDEO_SECONDS', '31536001'],
    ['OPERATOR_TOKEN', 'short'],
    ['MAX_UPLOADS', '0'],
    ['SWEEP_SECONDS', '0'],
    ['STALL_SECONDS', '5'],
    ['APP_API_TOKEN', ''],
  ];
  for (const [name, value] of BAD) {
    test(`refuses ${name}=${value} and does not quote the value`, () => {
      const variables = { [name]: value, ...(name === 'APP_API_TOKEN' && { HOST: '0.0.0.0' }) };
      assert.throws(
        () => read(variables),
        ({ message }: Error) => {
          assert.match(message, new RegExp(`^  ${name}: `, 'm'));
          assert.doesNotMatch(message, /hunter2/);
          return true;
        },
      );
    });
  }
});
