import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { type JobsChange, watchJobs } from '../../../../services/gateway/client/watch-jobs.ts';
import { type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { done, newJob } from '../../../support/job.ts';
import { createTestClock } from './test-clock.ts';
import { createTestGateway } from './test-gateway.ts';
import { problem, sessionWithoutLogin } from './test-transport.ts';

const [A, B, C] = ['a', 'b', 'c'].map((filename) => newJob({ filename })) as [Job, Job, Job];
const ended = (job: Job) => done({ ...job, status: undefined } as object);

const text = (event: string, data: object, id?: string) =>
  `${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const jobText = (job: Job, id?: string) => text('job', viewOf(job), id);
const snapshotText = (resumed: boolean, id?: string) => text('snapshot', { unfinished: 1, resumed }, id);

type Answer = (response: ServerResponse) => void;
const stream =
  (...parts: string[]): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(parts.join(''));
const refusal =
  (status: number, code: string): Answer =>
  (response) =>
    problem(response, status, code);

const brief = (change: JobsChange) => {
  if (change.type === 'job') return `${change.job.filename} ${change.job.status}`;
  return change.type === 'snapshot' ? `snapshot${change.resumed ? ' resumed' : ''}` : `gone ${change.jobId}`;
};

/** Watches at a gateway that gives these answers to the streams in turn, and these jobs, until so many changes were seen. */
async function watch(context: TestContext, streams: Answer[], jobs: Job[], count: number) {
  const asked: (string | undefined)[] = [];
  const read: string[] = [];
  const clock = createTestClock();
  const session = sessionWithoutLogin(context, (request, response) => {
    if (request.url === '/jobs/events') {
      asked.push(request.headers['last-event-id'] as string | undefined);
      return (streams.length > 1 ? streams.shift() : streams[0])?.(response);
    }
    const job = jobs.find(({ id }) => request.url === `/jobs/${id}`);
    read.push(job?.filename ?? 'none');
    return job ? response.end(JSON.stringify(viewOf(job))) : problem(response, 404, 'not_found');
  });
  const seen: string[] = [];
  const errors: unknown[] = [];
  const signal = new AbortController().signal;
  const changes = watchJobs(session, { clock, signal, onRetry: (error) => errors.push(error) });
  for await (const change of changes) {
    seen.push(brief(change));
    if (seen.length === count) break;
  }
  return { seen, asked, read, errors, sleeps: clock.sleeps };
}

describe('watchJobs', () => {
  it('yields the events of a stream, and opens it again with the id of the last one', async (context) => {
    const streams = [
      stream(jobText(A), snapshotText(false, 'one'), jobText(B, 'two'), text('alive', {}, 'three')),
      stream(jobText(A), snapshotText(true, 'four'), jobText(ended(A), 'five')),
    ];
    const { seen, asked, sleeps } = await watch(context, streams, [B], 7);
    assert.deepEqual(seen, [
      ...['a queued', 'snapshot', 'b queued'],
      ...['a queued', 'b queued', 'snapshot resumed', 'a done'],
    ]);
    assert.deepEqual(asked, [undefined, 'three']);
    assert.deepEqual(sleeps, [1_000]);
  });

  it('tells the end of each job that was unfinished when the stream broke off', async (context) => {
    const streams = [
      stream(jobText(A), jobText(B), jobText(C), snapshotText(false)),
      refusal(503, 'unavailable'),
      stream(jobText(C), snapshotText(false)),
    ];
    const { seen, read, errors, sleeps } = await watch(context, streams, [ended(A)], 8);
    assert.deepEqual(seen.slice(4), ['c queued', 'a done', `gone ${B.id}`, 'snapshot']);
    assert.deepEqual(read, ['a', 'none']);
    assert.equal(errors.length, 1);
    assert.deepEqual(sleeps, [1_000, 500]);
  });

  it('does not take over the id of an event before the caller has got the event', async (context) => {
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${snapshotText(false, 'one')}id: two\nevent: job\ndata: {`);
      setImmediate(() => response.destroy());
    };
    const { asked } = await watch(context, [cut, stream(snapshotText(true))], [], 2);
    assert.ok([undefined, 'one'].includes(asked[1]), asked[1]);
  });

  it('ignores events that a later release may add', async (context) => {
    const { seen } = await watch(context, [stream(text('news', { x: 1 }), snapshotText(false))], [], 1);
    assert.deepEqual(seen, ['snapshot']);
  });

  it('rejects when the user may not watch, and after five minutes without a stream', async (context) => {
    const refused = watch(context, [refusal(401, 'invalid_token')], [], 1);
    await assert.rejects(refused, { message: 'so it is (invalid_token)' });
    await assert.rejects(watch(context, [refusal(503, 'unavailable')], [], 1), {
      message: 'so it is (unavailable)',
    });
  });

  it('ends when the caller leaves the loop or the signal aborts', async (context) => {
    const gateway = createTestGateway(context);
    gateway.tokens.set('t', 'ann@example.com');
    const session = {
      ...{ url: '', signIn: async () => undefined, logOut: async () => undefined },
      send: (request: Parameters<typeof gateway.transport.send>[0]) =>
        gateway.transport.send({ ...request, headers: { ...request.headers, authorization: 'Bearer t' } }),
    };
    const controller = new AbortController();
    const changes = watchJobs(session, { clock: createTestClock(), signal: controller.signal });
    assert.deepEqual((await changes.next()).value, { type: 'snapshot', unfinished: 0, resumed: false });
    const next = changes.next();
    controller.abort(new Error('enough'));
    await assert.rejects(next, { message: 'enough' });
  });
});
