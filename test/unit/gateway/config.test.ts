import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayEnvironment, timesOf } from '../../../services/gateway/config.ts';
import { readEnvironment } from '../../../services/shared/runtime/config.ts';

const LINK_SECRET = 'a secret of thirty-two characters';
const read = (variables: Record<string, string>) =>
  readEnvironment(gatewayEnvironment, { LINK_SECRET, ...variables });

describe('environment', () => {
  test('requires only LINK_SECRET', () => {
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

  const BAD: [name: string, value: string][] = [
    ['LINK_SECRET', ''],
    ['LINK_SECRET', 'hunter2'],
    ['PUBLIC_URL', 'hunter2'],
    ['PUBLIC_URL', 'ftp://hunter2'],
    ['PUBLIC_URL', 'javascript:hunter2'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example,hunter2'],
    ['MAX_UPLOAD_BYTES', '0'],
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
