import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Transport } from '../../../../services/gateway/client/http/transport.ts';
import { createOperatorApi } from '../../../../services/gateway/client/operator.ts';
import { failed } from '../../../support/job.ts';
import { createTestClock } from './test-clock.ts';
import { createTestGateway, OPERATOR_TOKEN } from './test-gateway.ts';
import { URL_OF_GATEWAY } from './test-transport.ts';

/** Keeps the cookie of the last response, as a browser does. */
function withCookies({ send, url }: Transport): Transport {
  let cookie = '';
  return {
    url,
    async send(request) {
      const headers = { ...request.headers, origin: URL_OF_GATEWAY, ...(cookie && { cookie }) };
      const reply = await send({ ...request, headers });
      cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      return reply;
    },
  };
}

async function build(context: TestContext, options: { hasOperator?: boolean } = {}) {
  const gateway = createTestGateway(context, options);
  const ports = { clock: createTestClock(), signal: new AbortController().signal };
  const jobs = [failed(), failed(), failed()];
  for (const job of jobs) await gateway.jobs.create(job);
  await gateway.failedIndex.add(jobs);
  return { ...gateway, failedJobs: jobs, operator: createOperatorApi(withCookies(gateway.transport), ports) };
}

describe('createOperatorApi', () => {
  it('signs in with the token, and sends later requests without it', async (context) => {
    const { operator } = await build(context);
    assert.equal(await operator.isSignedIn(), false);
    await assert.rejects(operator.overview(), { code: 'invalid_token' });
    await assert.rejects(operator.signIn('x'), { code: 'invalid_token' });
    await operator.signIn(OPERATOR_TOKEN);
    assert.equal(await operator.isSignedIn(), true);
    assert.equal((await operator.overview()).failed?.count, 3);
    await operator.signOut();
    assert.equal(await operator.isSignedIn(), false);
  });

  it('returns the failed jobs page by page, and drops them', async (context) => {
    const { operator, failedJobs } = await build(context);
    await operator.signIn(OPERATOR_TOKEN);
    const first = await operator.page({ limit: 2 });
    const second = await operator.page({ limit: 2, cursor: first.next_cursor });
    assert.deepEqual([first.jobs.length, second.jobs.length, second.next_cursor], [2, 1, null]);
    const [job] = first.jobs;
    assert.equal(job?.trace_id, failedJobs[0]?.trace_id);
    await operator.drop(job?.id ?? '');
    assert.equal((await operator.page({})).jobs.length, 2);
  });

  it('fails with not_found where the gateway has no operator', async (context) => {
    const { operator } = await build(context, { hasOperator: false });
    await assert.rejects(operator.isSignedIn(), { code: 'not_found' });
    await assert.rejects(operator.signIn(OPERATOR_TOKEN), { code: 'not_found' });
  });
});
