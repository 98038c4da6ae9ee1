import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { watchJob } from '../../../../services/gateway/client/watch-job.ts';
import { viewOf } from '../../../../services/shared/jobs/job.ts';
import type { JobView } from '../../../../services/shared/jobs/job-view.ts';
import { newJob } from '../../../support/job.ts';
import { createTestClock } from './test-clock.ts';
import { problem, sessionWithoutLogin } from './test-transport.ts';

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const JOB = newJob({ id: ID, status: 'converting' });
const MP3 = { size: 1, sha256: 'x', duration_seconds: 1 };
/** The job with this progress. It is done at 1. */
const state = (progress: number): JobView => ({
  ...viewOf(JOB),
  status: progress === 1 ? 'done' : 'converting',
  progress,
  mp3: progress === 1 ? MP3 : null,
});
const event = (progress: number) => `event: job\ndata: ${JSON.stringify(state(progress))}\n\n`;

type Answer = (response: Parameters<RequestListener>[1], arrived: Promise<void>) => void;
const stream =
  (...parts: number[]): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(parts.map(event).join(''));
/** Breaks off once its event has arrived, because a broken connection loses what has not been read yet. */
const broken =
  (progress: number): Answer =>
  (response, arrived) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event(progress));
    arrived.then(() => response.destroy());
  };
const job =
  (progress: number): Answer =>
  (response) =>
    response.end(JSON.stringify(state(progress)));
const refusal =
  (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    problem(response, status, code, headers);

/** Watches a job at a gateway that gives these responses, the last of each kind for ever. */
async function watch(context: TestContext, answers: { events: Answer[]; polls: Answer[] }) {
  const asked: string[] = [];
  const clock = createTestClock();
  const seen: number[] = [];
  const arrived = Promise.withResolvers<void>();
  const session = sessionWithoutLogin(context, (request, response) => {
    const kind = request.url === `/jobs/${ID}/events` ? 'events' : 'polls';
    asked.push(kind);
    const list = answers[kind];
    (list.length > 1 ? list.shift() : list[0])?.(response, arrived.promise);
  });
  const result = watchJob(session, ID, {
    clock,
    signal: new AbortController().signal,
    onChange: ({ progress }) => {
      seen.push(progress);
      arrived.resolve();
    },
  });
  return { result, asked, clock, seen };
}

type Row = [
  title: string,
  answers: { events: Answer[]; polls: Answer[] },
  seen: number[],
  asked: string[],
  sleeps: number[],
];

describe('watchJob', () => {
  const rows: Row[] = [
    [
      'reads one event stream to its end',
      { events: [stream(0, 0.5, 1)], polls: [] },
      [0, 0.5, 1],
      ['events'],
      [],
    ],
    [
      'polls once after a stream that broke off, and opens another',
      { events: [broken(0.2), stream(0.6, 1)], polls: [job(0.4)] },
      [0.2, 0.4, 0.6, 1],
      ['events', 'polls', 'events'],
      [2_000],
    ],
    [
      'outlasts a gateway that ends the stream early and is unavailable for a moment',
      { events: [stream(0.2), stream(1)], polls: [refusal(503, 'unavailable')] },
      [0.2, 1],
      ['events', 'polls', 'events'],
      [500],
    ],
    [
      'only polls after three streams without an event',
      { events: [stream()], polls: [job(0.1), job(0.2), job(0.3), job(0.4), job(1)] },
      [0.1, 0.2, 0.3, 0.4, 1],
      ['events', 'polls', 'events', 'polls', 'events', 'polls', 'polls', 'polls'],
      [2_000, 2_000, 2_000, 2_000],
    ],
  ];
  for (const [title, answers, seen, asked, sleeps] of rows) {
    it(title, async (context) => {
      const run = await watch(context, answers);
      assert.deepEqual(await run.result, state(1));
      assert.deepEqual(
        { seen: run.seen, asked: run.asked, sleeps: run.clock.sleeps },
        { seen, asked, sleeps },
      );
    });
  }

  for (const code of ['too_many_requests', 'unavailable']) {
    it(`rejects when a poll is refused with ${code} and a Retry-After of two minutes`, async (context) => {
      const refused = refusal(code === 'unavailable' ? 503 : 429, code, { 'retry-after': '120' });
      const { result, asked, clock } = await watch(context, {
        events: [stream(0.2), stream(1)],
        polls: [refused],
      });
      await assert.rejects(result, { message: `so it is (${code})` });
      assert.deepEqual(asked, ['events', 'polls']);
      assert.deepEqual(clock.sleeps, []);
    });
  }

  it('requests a refused event stream again only after its Retry-After', async (context) => {
    const busy = refusal(429, 'too_many_requests', { 'retry-after': '5' });
    const { result, asked, seen } = await watch(context, {
      events: [busy, stream(1)],
      polls: [job(0.1), job(0.2), job(0.3)],
    });
    assert.deepEqual(await result, state(1));
    assert.deepEqual(asked, ['events', 'polls', 'polls', 'polls', 'events']);
    assert.deepEqual(seen, [0.1, 0.2, 0.3, 1]);
  });

  it('rejects at once for a job that does not exist', async (context) => {
    const { result, asked } = await watch(context, { events: [refusal(404, 'not_found')], polls: [job(0)] });
    await assert.rejects(result, { message: 'so it is (not_found)' });
    assert.deepEqual(asked, ['events']);
  });

  it('rejects after five minutes without a response', async (context) => {
    const away = refusal(503, 'unavailable');
    const { result, asked, clock } = await watch(context, { events: [away], polls: [away] });
    await assert.rejects(result, { message: 'so it is (unavailable)' });
    assert.equal(asked.filter((kind) => kind === 'polls').length, 34);
    assert.equal(Math.max(...clock.sleeps), 10_000);
    // The next delay would exceed the five minutes.
    assert.equal(clock.now(), 295_500);
  });

  it('continues a stream from the last event that it has got', async (context) => {
    const asked: (string | undefined)[] = [];
    const streams = [`id: one\n${event(0.1)}id: two\n${event(0.2)}`, event(1)];
    const session = sessionWithoutLogin(context, (request, response) => {
      if (request.url !== `/jobs/${ID}/events`) return response.end(JSON.stringify(state(0.2)));
      asked.push(request.headers['last-event-id'] as string | undefined);
      return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streams.shift());
    });
    const options = {
      clock: createTestClock(),
      signal: new AbortController().signal,
      onChange: () => undefined,
    };
    await watchJob(session, ID, options);
    assert.deepEqual(asked, [undefined, 'two']);
  });

  it('goes on with streams that have nothing new to say, because something arrives', async (context) => {
    const quiet: Answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 1000\n\n: still here\n\n');
    const { result, asked } = await watch(context, {
      events: [quiet, quiet, quiet, quiet, quiet, stream(1)],
      polls: [job(0.1)],
    });
    assert.deepEqual(await result, state(1));
    assert.equal(asked.filter((kind) => kind === 'events').length, 6);
  });
});
