import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { Agent } from 'undici';
import { createGateway } from '../../../../../services/gateway/app.ts';
import { createGateway as connectGateway } from '../../../../../services/gateway/cli/convert/gateway.ts';
import { createReporter } from '../../../../../services/gateway/cli/convert/reporter.ts';
import type { Session } from '../../../../../services/gateway/cli/convert/session.ts';
import { createSignedLinks } from '../../../../../services/gateway/downloads/signed-link.ts';
import { countActive } from '../../../../../services/gateway/job-index/count-active.ts';
import { createJobIndex } from '../../../../../services/gateway/job-index/job-index.ts';
import { createJobCommands } from '../../../../../services/gateway/jobs/commands.ts';
import { createAdmission } from '../../../../../services/gateway/limits/admission.ts';
import { createConcurrencyLimit } from '../../../../../services/gateway/limits/concurrency-limit.ts';
import { createFailedIndex } from '../../../../../services/gateway/operator/failed-index.ts';
import { createFailedJobs } from '../../../../../services/gateway/operator/failed-jobs.ts';
import { createDeduplicate } from '../../../../../services/gateway/uploads/deduplicate.ts';
import { createIdempotency } from '../../../../../services/gateway/uploads/idempotency.ts';
import { createStoreUpload } from '../../../../../services/gateway/uploads/store-upload.ts';
import { createBlobStore } from '../../../../../services/shared/blobs/blob-store.ts';
import type { InvokeReply, InvokeRequest } from '../../../../../services/shared/dapr/sidecar.ts';
import { createMetrics } from '../../../../../services/shared/http/metrics.ts';
import { baseOf, type DoneJob, type Job } from '../../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../../services/shared/jobs/job-store.ts';
import { AppError, isAppError } from '../../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';

const KEPT_SECONDS = 3600;
export const OPERATOR_TOKEN = 'an-operator-token-of-32-characters';
export const URL_OF_GATEWAY = 'http://gateway.test';

/** Time stands still but for those who sleep, and these are told of at once. */
export function quickClock() {
  let time = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    async sleep(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted();
      sleeps.push(milliseconds);
      time += milliseconds;
    },
  };
}

/** A client of a server in this process: HTTP over pairs of streams, no port is bound. */
export function connected(context: Pick<TestContext, 'after'>, listener: RequestListener) {
  const server = createServer(listener);
  const dispatcher = new Agent({
    connect: (_options, callback) => {
      const [client, connection] = duplexPair();
      server.emit('connection', connection);
      // Undici does not send what was asked for while it was still connecting, if this comes too soon.
      process.nextTick(callback, null, client as never);
    },
  });
  context.after(() => dispatcher.destroy());
  return connectGateway(URL_OF_GATEWAY, dispatcher);
}

/** A session without a login, for what does not need one. */
export const plainSession = (context: TestContext, listener: RequestListener): Session => ({
  url: URL_OF_GATEWAY,
  send: connected(context, listener).send,
  close: async () => undefined,
});

/** Answers as the gateway does when it refuses. */
export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/problem+json; charset=utf-8', ...headers });
  response.end(JSON.stringify({ code, detail: 'so it is' }));
}

export async function temporaryFolder(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'convert-test-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A video as far as the gateway looks: an MP4's first box, then bytes. */
export const mp4 = (size: number): Buffer =>
  Buffer.concat([Buffer.from('\0\0\0\x18ftypisom'), Buffer.alloc(size - 12, 7)]);

export function recorder() {
  const lines: string[] = [];
  const screen = { isTTY: false, columns: 80, color: false, quiet: false };
  const write = (text: string) => void lines.push(text.trimEnd());
  return { lines, reporter: createReporter({ ...screen, write }, quickClock()) };
}

/** The real gateway on memory; auth and the converter are the few lines of it that a client sees. */
export function memorySystem(context: Pick<TestContext, 'after'>) {
  const state = createMemoryState();
  const blobs = createBlobStore(state);
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const links = createSignedLinks(URL_OF_GATEWAY, 'secret');
  const users = new Map<string, string>();
  const tokens = new Map<string, string>();
  const calls: string[] = [];
  const audio = Buffer.alloc(300_000, 5);
  /** Ends a job, or leaves it as it is. A test may replace it. */
  const converter = { run: async (job: Job): Promise<Job | undefined> => done(job) };

  async function done(job: Job): Promise<DoneJob> {
    const id = randomUUID();
    const { size, sha256 } = await blobs.write(id, chunks(audio), { expires: new Date(job.expires_at) });
    const mp3 = { size, sha256, duration_seconds: 2 };
    return { ...baseOf(job), status: 'done', mp3BlobId: id, mp3 };
  }

  async function invoke(_app: string, { path, headers, body }: InvokeRequest): Promise<InvokeReply> {
    calls.push(path);
    const answer = (status: number, content: object): InvokeReply => ({
      status,
      headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
      body: JSON.stringify(content),
    });
    if (path === '/register') {
      const { email, password } = JSON.parse(String(body)) as { email: string; password: string };
      // Auth is idempotent here: the same password gives the same account.
      if ((users.get(email) ?? password) !== password)
        return answer(409, { code: 'email_taken', detail: 'taken' });
      users.set(email, password);
      return answer(201, { id: email, email });
    }
    if (path === '/login') {
      const basic = Buffer.from(String(headers?.authorization).slice(6), 'base64').toString();
      const [email = '', password] = basic.split(/:(.*)/s);
      if (users.get(email) !== password) return answer(401, { code: 'invalid_credentials', detail: 'wrong' });
      return answer(200, grant(email));
    }
    if (path === '/logout') return { status: 204, headers: {}, body: '' };
    return answer(401, { code: 'invalid_token', detail: 'no such token' });
  }

  function grant(email: string) {
    const token = `a.b.${randomUUID()}`;
    tokens.set(token, email);
    return { access_token: token, token_type: 'Bearer', expires_in: 900, refresh_token: 'r' };
  }

  async function authenticate(authorization: string) {
    const email = tokens.get(authorization.slice('Bearer '.length));
    if (!email) throw new AppError('invalid_token', 'the access token is not valid');
    return { id: email, email };
  }

  const stopping = new AbortController();
  context.after(() => stopping.abort());
  const announce = (job: Job) => {
    void converter
      .run(job)
      .then((ended) => jobs.update(job.id, () => ended))
      .catch((error: unknown) => assert.ok(isAppError(error, 'not_found'))); // deleted meanwhile
  };
  const maxUploadBytes = 8 * 1024 * 1024;
  const log = pino({ level: 'silent' });
  const stored = { jobs, index, blobs };
  const many = { all: 100, perUser: 100 };
  const sameContent = createDeduplicate(state, jobs, KEPT_SECONDS);
  const kept = { maxUploadBytes, retentionSeconds: KEPT_SECONDS, heartbeatMs: 5_000 };
  const changes = createJobCommands({ ...stored, publishVideo: announce, deleteBlobs: () => undefined });
  const failedIndex = createFailedIndex(state, KEPT_SECONDS);
  const app = createGateway({
    ...{
      ...stored,
      authenticate,
      links,
      invoke,
      maxUploadBytes,
      commands: changes,
      operatorToken: OPERATOR_TOKEN,
      log,
    },
    storeUpload: createStoreUpload({
      ...stored,
      ...kept,
      deduplicate: sameContent,
      links,
      publishVideo: announce,
      log,
    }),
    idempotency: createIdempotency(state, jobs, KEPT_SECONDS),
    admission: createAdmission({ uploads: many, activeJobs: many }, () => countActive(jobs, index)),
    downloads: createConcurrencyLimit(many, 'downloads'),
    eventStreams: createConcurrencyLimit(many, 'event streams'),
    failedJobs: createFailedJobs({ jobs, failedIndex, commands: changes, log }),
    checks: {},
    requireReady: async () => {},
    metrics: createMetrics('gateway'),
    stopping: stopping.signal,
  });
  const gateway = connected(context, app.callback());
  return { gateway, users, tokens, calls, ...stored, failedIndex, changes, state, audio, converter, done };
}

export async function* chunks(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
