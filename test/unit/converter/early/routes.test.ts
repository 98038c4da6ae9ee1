import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createConverterApp } from '../../../../services/converter/app.ts';
import type { EarlyRequest } from '../../../../services/shared/jobs/early-request.ts';
import { noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess } from '../../../support/in-process.ts';

const options = subscriberOptions();
const headers = { 'dapr-api-token': options.apiToken ?? '', 'content-type': 'application/json' };
const request: EarlyRequest = {
  ...{ job_id: randomUUID(), blob_id: randomUUID(), size: 9_000_000, options: { quality: 2 } },
};

function build({
  callerSecrets,
  begins = true,
}: {
  callerSecrets?: typeof options.eventSecrets;
  begins?: boolean;
}) {
  const begun: EarlyRequest[] = [];
  const call = inProcess(
    createConverterApp({
      ...options,
      convert: async () => assert.fail('converted'),
      probe: noProbes,
      early: {
        begin(asked) {
          begun.push(asked);
          return begins;
        },
      },
      callerSecrets,
    }),
  );
  return { begun, send: (body: object) => call('POST', '/early', { headers, body: JSON.stringify(body) }) };
}

describe('POST /early of the converter', () => {
  for (const [begins, status] of [
    [true, 202],
    [false, 204],
  ] as const) {
    it(`answers with ${status} at once where the conversion ${begins ? 'begins' : 'does not begin'}`, async () => {
      const { begun, send } = build({ begins });
      assert.equal((await send(request)).status, status);
      assert.deepEqual(begun, [request]);
    });
  }

  it('refuses a request that names no blob by its id', async () => {
    const { begun, send } = build({});
    assert.equal((await send({ ...request, blob_id: '../x' })).status, 400);
    assert.deepEqual(begun, []);
  });

  it('refuses a caller that has no token of the system', async () => {
    const { begun, send } = build({ callerSecrets: options.eventSecrets });
    assert.equal((await send(request)).status, 403);
    assert.deepEqual(begun, []);
  });
});
