import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { followJob } from '../../../../../services/gateway/cli/convert/follow.ts';
import type { JobState } from '../../../../../services/gateway/cli/convert/job.ts';
import { plainSession, problem, quickClock } from './setting.ts';

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const MP3 = { size: 1, sha256: 'x', duration_seconds: 1 };
const state = (progress: number): JobState => ({
  id: ID,
  status: progress === 1 ? 'done' : 'converting',
  progress,
  eta_seconds: null,
  filename: 'a.mp4',
  mp3: progress === 1 ? MP3 : null,
  error: null,
});
const event = (progress: number) => `event: job\ndata: ${JSON.stringify(state(progress))}\n\n`;

type Answer = (response: Parameters<RequestListener>[1], arrived: Promise<void>) => void;
const stream =
  (...parts: number[]): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(parts.map(event).join(''));
/** Breaks off once its event has arrived: a broken connection takes along what is not read yet. */
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

/** Follows a gateway that gives these answers, the last of each kind for ever. */
async function follow(context: TestContext, answers: { events: Answer[]; polls: Answer[] }) {
  const asked: string[] = [];
  const clock = quickClock();
  const seen: number[] = [];
  const arrived = Promise.withResolvers<void>();
  const session = plainSession(context, (request, response) => {
    const kind = request.url === `/jobs/${ID}/events` ? 'events' : 'polls';
    asked.push(kind);
    const list = answers[kind];
    (list.length > 1 ? list.shift() : list[0])?.(response, arrived.promise);
  });
  const result = followJob(session, ID, {
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
  name: string,
  answers: { events: Answer[]; polls: Answer[] },
  seen: number[],
  asked: string[],
  sleeps: number[],
];
const ROWS: Row[] = [
  ['events to the end', { events: [stream(0, 0.5, 1)], polls: [] }, [0, 0.5, 1], ['events'], []],
  [
    'a stream that breaks off: asks, and listens again',
    { events: [broken(0.2), stream(0.6, 1)], polls: [job(0.4)] },
    [0.2, 0.4, 0.6, 1],
    ['events', 'polls', 'events'],
    [2_000],
  ],
  [
    'a stream that ends early, as from a gateway that stops, which is away for a moment',
    { events: [stream(0.2), stream(1)], polls: [refusal(503, 'unavailable')] },
    [0.2, 1],
    ['events', 'polls', 'events'],
    [500],
  ],
  [
    'events that never come: asks only, after three attempts',
    { events: [stream()], polls: [job(0.1), job(0.2), job(0.3), job(0.4), job(1)] },
    [0.1, 0.2, 0.3, 0.4, 1],
    ['events', 'polls', 'events', 'polls', 'events', 'polls', 'polls', 'polls'],
    [2_000, 2_000, 2_000, 2_000],
  ],
];

for (const [name, answers, seen, asked, sleeps] of ROWS) {
  test(name, async (context) => {
    const run = await follow(context, answers);
    assert.deepEqual(await run.result, state(1));
    assert.deepEqual({ seen: run.seen, asked: run.asked, sleeps: run.clock.sleeps }, { seen, asked, sleeps });
  });
}

for (const code of ['too_many_requests', 'unavailable']) {
  test(`a poll that is refused (${code}) for two minutes ends the wait`, async (context) => {
    const refused = refusal(code === 'unavailable' ? 503 : 429, code, { 'retry-after': '120' });
    const { result, asked, clock } = await follow(context, {
      events: [stream(0.2), stream(1)],
      polls: [refused],
    });
    await assert.rejects(result, { message: `so it is (${code})` });
    assert.deepEqual(asked, ['events', 'polls']);
    assert.deepEqual(clock.sleeps, []);
  });
}

test('events that are refused for five seconds are asked for again after five seconds', async (context) => {
  const busy = refusal(429, 'too_many_requests', { 'retry-after': '5' });
  const { result, asked, seen } = await follow(context, {
    events: [busy, stream(1)],
    polls: [job(0.1), job(0.2), job(0.3)],
  });
  assert.deepEqual(await result, state(1));
  assert.deepEqual(asked, ['events', 'polls', 'polls', 'polls', 'events']);
  assert.deepEqual(seen, [0.1, 0.2, 0.3, 1]);
});

test('a job that does not exist is not waited for', async (context) => {
  const { result, asked } = await follow(context, { events: [refusal(404, 'not_found')], polls: [job(0)] });
  await assert.rejects(result, { message: 'so it is (not_found)' });
  assert.deepEqual(asked, ['events']);
});

test('a gateway that is gone for good is given up', async (context) => {
  const away = refusal(503, 'unavailable');
  const { result, asked, clock } = await follow(context, { events: [away], polls: [away] });
  await assert.rejects(result, { message: 'so it is (unavailable)' });
  assert.equal(asked.filter((kind) => kind === 'polls').length, 34);
  assert.equal(Math.max(...clock.sleeps), 10_000);
  // Five minutes, less than one more pause.
  assert.equal(clock.now(), 295_500);
});
