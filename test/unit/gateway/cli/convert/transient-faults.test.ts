import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createCredentialStore } from '../../../../../services/gateway/cli/account/credential-store.ts';
import { openAccount } from '../../../../../services/gateway/cli/account/open-account.ts';
import type { Conversion } from '../../../../../services/gateway/cli/convert/command-line.ts';
import { convertAll } from '../../../../../services/gateway/cli/convert/convert-all.ts';
import { createJournal } from '../../../../../services/gateway/cli/convert/journal.ts';
import { messageOf } from '../../../../../services/gateway/cli/errors.ts';
import { createFailedJobsApi } from '../../../../../services/gateway/client/failed-jobs.ts';
import { createSession } from '../../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../../services/gateway/client/session/tokens.ts';
import { createMemoryUploads } from '../../../../../services/gateway/client/uploads/upload-store.ts';
import { failedViewOf } from '../../../../../services/gateway/operator/failed-jobs.ts';
import { viewOf } from '../../../../../services/shared/jobs/job.ts';
import { done, failed } from '../../../../support/job.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { mp4 } from '../../client/test-gateway.ts';
import { problem, sha256, transportTo, URL_OF_GATEWAY } from '../../client/test-transport.ts';
import { recordedReporter, temporaryFolder } from '../test-terminal.ts';

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const AUDIO = Buffer.alloc(1000, 5);
const MP3 = { size: AUDIO.length, sha256: sha256(AUDIO), duration_seconds: 1 };
const JOB = viewOf(done({ id: ID, filename: 'a.mp4', mp3: MP3 }));
const TOKENS = { access_token: 't', token_type: 'Bearer', expires_in: 900, refresh_token: 'r' };
const { signal } = new AbortController();

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const json =
  (content: object, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
const page =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>nginx</h1>');
const refusal =
  (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    problem(response, status, code, headers);

/** The response to each request of a system that works. */
const NORMAL: Record<string, Answer> = {
  'POST /register': json({ id: ID, email: 'ann@example.com' }, 201),
  'POST /login': json(TOKENS),
  'POST /refresh': json(TOKENS),
  'POST /logout': json({}),
  'POST /upload': json({ id: ID, status: 'queued' }, 202),
  [`GET /jobs/${ID}/events`]: (response) =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`event: job\ndata: ${JSON.stringify(JOB)}\n\n`),
  [`GET /jobs/${ID}`]: json(JOB),
  [`GET /download/${ID}`]: (response) => response.end(AUDIO),
  'GET /operator/failed': json({ jobs: [failedViewOf(failed({ id: ID }))], next_cursor: null }),
  [`POST /operator/failed/${ID}/retry`]: json({}, 202),
  [`DELETE /operator/failed/${ID}`]: (response) => response.writeHead(204).end(),
};

/** Answers one kind of request with these responses at first, and normally from then on. */
async function build(context: TestContext, faulty: string, answers: Answer[]) {
  const asked: string[] = [];
  const clock = createTestClock();
  const listener: RequestListener = async (request, response) => {
    await buffer(request).catch(() => undefined);
    const kind = `${request.method} ${new URL(request.url ?? '', 'http://x').pathname}`;
    asked.push(kind);
    const answer = (kind === faulty ? answers.shift() : undefined) ?? NORMAL[kind];
    assert.ok(answer, kind);
    answer(response, request);
  };
  const transport = transportTo(context, listener);
  const cwd = await temporaryFolder(context);
  await writeFile(path.join(cwd, 'a.mp4'), mp4(1000));
  const store = createCredentialStore(path.join(cwd, 'private', 'credentials.json'));
  const { lines, reporter } = recordedReporter();
  const ports = { clock, reporter, pending: new Map(), signal, cwd, stdout: new PassThrough() };
  const journal = createJournal(path.join(cwd, '.journal'));

  async function openSession() {
    const print = (line: string) => lines.push(line);
    const nobody = { askPassword: () => assert.fail('there is nobody to ask'), nextCode: undefined };
    const wanted = { flagEmail: undefined, envEmail: 'ann@example.com', password: undefined };
    const accountPorts = { transport, store, print, clock, userName: 'ann', ...nobody };
    const { logIn } = await openAccount(accountPorts, wanted, signal);
    const session = createSession({ transport, tokens: createMemoryTokens(), clock, logIn, signal });
    session.start(await logIn(signal));
    return session;
  }

  const convert = (job?: string) => {
    const command: Conversion = {
      ...{ kind: 'convert', files: job ? [] : ['a.mp4'], job, output: undefined, options: {} },
      ...{ url: URL_OF_GATEWAY, email: undefined, force: false, quiet: false, json: false, probe: false },
      ...{ recursive: false, watch: undefined, whole: false },
    };
    return convertAll(command, {
      ...ports,
      journal,
      uploads: createMemoryUploads(),
      openSession,
      stdoutIsTerminal: false,
    });
  };
  const failedJobs = createFailedJobsApi(transport, 'token', { clock, signal });
  return {
    asked,
    clock,
    lines,
    convert,
    failedJobs,
    count: () => asked.filter((kind) => kind === faulty).length,
  };
}

type Built = Awaited<ReturnType<typeof build>>;
const REQUESTS: [request: string, run: (built: Built) => Promise<unknown>][] = [
  ['POST /register', ({ convert }) => convert()],
  ['POST /login', ({ convert }) => convert()],
  ['POST /upload', ({ convert }) => convert()],
  [`GET /jobs/${ID}`, ({ convert }) => convert(ID)],
  [`GET /download/${ID}`, ({ convert }) => convert()],
  ['GET /operator/failed', ({ failedJobs }) => Array.fromAsync(failedJobs.list())],
  [`POST /operator/failed/${ID}/retry`, ({ failedJobs }) => failedJobs.retry(ID)],
  [`DELETE /operator/failed/${ID}`, ({ failedJobs }) => failedJobs.drop(ID)],
];
const FAULTS: [fault: string, answer: Answer, milliseconds: number][] = [
  ['a 429 with Retry-After', refusal(429, 'too_many_requests', { 'retry-after': '7' }), 7_000],
  ['a 503 with Retry-After', refusal(503, 'unavailable', { 'retry-after': '5' }), 5_000],
  ['a 503 without Retry-After', refusal(503, 'unavailable'), 500],
  ['an ingress controller’s 404', page(404), 500],
  ['an ingress controller’s 503 with Retry-After', page(503, { 'retry-after': '3' }), 3_000],
  ['a proxy’s 502 without a body', (response) => response.writeHead(502).end(), 500],
  [
    'a sidecar’s 500',
    (response) =>
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"errorCode":"ERR_DIRECT_INVOKE","message":"fail to invoke"}'),
    500,
  ],
  [
    'problem details of another server',
    (response) =>
      response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end('{"code":"no_route","detail":"no Route matched"}'),
    500,
  ],
  ['a connection that breaks off', (_response, request) => request.socket.destroy(), 500],
];

for (const [request, run] of REQUESTS) {
  describe(request, () => {
    for (const [fault, answer, milliseconds] of FAULTS) {
      it(`is repeated after ${fault}`, async (context) => {
        const built = await build(context, request, [answer]);
        const result = await run(built);
        assert.equal(typeof result === 'number' ? result : 0, 0, built.lines.join('\n'));
        assert.equal(built.count(), 2);
        assert.deepEqual(built.clock.sleeps, [milliseconds]);
      });
    }
  });
}

describe('npm run convert', () => {
  it('polls a job whose event stream is refused with 429', async (context) => {
    const events = `GET /jobs/${ID}/events`;
    const { convert, asked } = await build(context, events, [refusal(429, 'too_many_requests')]);
    assert.equal(await convert(), 0);
    assert.ok(asked.includes(`GET /jobs/${ID}`));
  });

  it('waits up to five minutes for a busy gateway during a download', async (context) => {
    const busy = Array<Answer>(100).fill(refusal(429, 'too_many_requests', { 'retry-after': '30' }));
    const { convert, clock, lines } = await build(context, `GET /download/${ID}`, busy);
    assert.equal(await convert(), 1);
    assert.equal(clock.now(), 300_000);
    assert.match(lines.at(-1) ?? '', /too_many_requests/);
  });

  it('reports a wrong address within a minute, and meanwhile what it waits for', async (context) => {
    const { convert, clock, lines } = await build(
      context,
      'POST /register',
      Array<Answer>(100).fill(page(404)),
    );
    const message = await convert().then(String, messageOf);
    assert.match(message, /answered HTTP 404, but not as the gateway would\. Is --url right\?/);
    assert.ok(clock.now() <= 60_000, `${clock.now()} ms`);
    assert.match(lines[0] ?? '', /answered HTTP 404.* Trying again in 0:01\./);
  });

  const FINAL: [response: string, request: string, answer: Answer, message: RegExp][] = [
    ['a 404 of the gateway', `GET /download/${ID}`, refusal(404, 'not_found'), /does not exist any more/],
    [
      'a 404 of the gateway without a detail',
      `GET /download/${ID}`,
      (response) =>
        response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"not_found"}'),
      /does not exist any more/,
    ],
    ['a 422 of the gateway', 'POST /upload', refusal(422, 'invalid_option'), /invalid_option/],
    ['a 413 of a proxy', 'POST /upload', page(413), /refuses a file of this size/],
  ];
  for (const [response, request, answer, message] of FINAL) {
    it(`does not repeat ${request} after ${response}`, async (context) => {
      const { convert, clock, lines } = await build(context, request, [answer]);
      assert.equal(await convert(), 1);
      assert.match(lines.at(-1) ?? '', message);
      assert.deepEqual(clock.sleeps, []);
    });
  }
});

const TOO_LONG = { 'retry-after': '120' };
const REFUSED_FOR_LONG: [refusal: string, answer: Answer, message: RegExp][] = [
  ['a 429', refusal(429, 'too_many_requests', TOO_LONG), /too_many_requests/],
  ['a 503', refusal(503, 'unavailable', TOO_LONG), /\(unavailable\)/],
  ['an ingress controller’s 503', page(503, TOO_LONG), /answered HTTP 503/],
];
for (const [request, run] of REQUESTS) {
  describe(request, () => {
    for (const [refusal, answer, message] of REFUSED_FOR_LONG) {
      it(`is not repeated after ${refusal} with a Retry-After of two minutes`, async (context) => {
        const built = await build(context, request, [answer]);
        const outcome = await run(built).then(String, (error: Error) => error.message);
        assert.match([...built.lines, outcome].join('\n'), message);
        assert.equal(built.count(), 1);
        assert.deepEqual(built.clock.sleeps, []);
      });
    }
  });
}
