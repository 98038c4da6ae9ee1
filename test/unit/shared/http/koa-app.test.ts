import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { inProcess } from '../../../support/in-process.ts';
import { logLines } from '../../../support/log-lines.ts';

/** An application that writes `count` lines for each request, and the calls that make a log of its own for a request. */
function writing(test: TestContext, count: number) {
  const lines = logLines();
  const log = pino({}, lines);
  const child = test.mock.method(log, 'child');
  const app = createApp(log);
  app.use((context) => {
    for (let line = 0; line < count; line++) context.state.log.info('written');
    context.body = context.state.traceId;
  });
  return { call: inProcess(app), lines, child };
}

describe('the log of a request', () => {
  it('has the trace id of the request in each line', async (t) => {
    const { call, lines, child } = writing(t, 2);
    const { text: traceId } = await call('GET', '/');
    assert.match(traceId, /^[\da-f]{32}$/);
    assert.deepEqual(
      lines.objects().map(({ trace_id }) => trace_id),
      [traceId, traceId],
    );
    assert.equal(child.mock.callCount(), 1);
  });

  it('is not made where the request writes no line', async (t) => {
    const { call, child } = writing(t, 0);
    assert.match((await call('GET', '/')).text, /^[\da-f]{32}$/);
    assert.equal(child.mock.callCount(), 0);
  });
});
