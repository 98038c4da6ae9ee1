import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createApiKeys } from '../../../../services/gateway/accounts/api-keys.ts';
import type { User } from '../../../../services/gateway/accounts/user.ts';
import { createGateway } from '../../../../services/gateway/app.ts';
import { createSignedLinks } from '../../../../services/gateway/downloads/signed-link.ts';
import { createLiveJobs } from '../../../../services/gateway/events/live-jobs.ts';
import { countActive } from '../../../../services/gateway/job-index/count-active.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createJobCommands } from '../../../../services/gateway/jobs/commands.ts';
import { createAdmission } from '../../../../services/gateway/limits/admission.ts';
import { createConcurrencyLimit } from '../../../../services/gateway/limits/concurrency-limit.ts';
import { createFailedIndex } from '../../../../services/gateway/operator/failed-index.ts';
import { createFailedJobs } from '../../../../services/gateway/operator/failed-jobs.ts';
import { createOverview } from '../../../../services/gateway/operator/overview.ts';
import type { Site } from '../../../../services/gateway/page/site.ts';
import { createDeduplicate } from '../../../../services/gateway/uploads/deduplicate.ts';
import { storeWhole } from '../../../../services/gateway/uploads/sound-only/store-video.ts';
import { createStoreUpload } from '../../../../services/gateway/uploads/store-upload.ts';
import { createResumable } from '../../../../services/gateway/uploads/tus/create-resumable.ts';
import { createLeaseLocker } from '../../../../services/gateway/uploads/tus/lease-locker.ts';
import { createDayUsage } from '../../../../services/gateway/usage/day-usage.ts';
import { type BlobStore, createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import type { InvokeReply, InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import { createMetrics } from '../../../../services/shared/http/metrics.ts';
import { baseOf, type DoneJob, type Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore, type JobStore } from '../../../../services/shared/jobs/job-store.ts';
import { AppError, isAppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { createTestAccounts } from './test-accounts.ts';
import { createTestProbes } from './test-probes.ts';
import { TEST_PROVIDER } from './test-sign-in.ts';
import { chunksOf, transportTo, URL_OF_GATEWAY } from './test-transport.ts';

const KEPT_SECONDS = 3600;
const MAX_UPLOAD_BYTES = 8 * 1024 * 1024;
export const OPERATOR_TOKEN = 'an-operator-token-of-32-characters';

/** Bytes that the gateway recognizes as a video: the first box of an MP4, then a filling. */
export const mp4 = (size: number): Buffer =>
  Buffer.concat([Buffer.from('\0\0\0\x18ftypisom'), Buffer.alloc(size - 12, 7)]);

const LIFE_SECONDS = 900;
const life = () => {
  const iat = Math.floor(Date.now() / 1000);
  return { iat, exp: iat + LIFE_SECONDS };
};

const NO_SITE: Site = { find: () => undefined, read: async () => undefined };

/** The real gateway over memory. Auth and the converter are replaced by what a client sees of them. */
export function createTestGateway(
  context: Pick<TestContext, 'after'>,
  {
    maxUploadBytes = MAX_UPLOAD_BYTES,
    site = NO_SITE,
    hasOperator = true,
    now = () => performance.now(),
    publicUrl = URL_OF_GATEWAY,
    renewable = false,
    guests = false,
    guestLimits = { maxUploadBytes: MAX_UPLOAD_BYTES, retentionSeconds: KEPT_SECONDS },
  } = {},
) {
  const state = createMemoryState();
  const blobs = createBlobStore(state);
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const links = createSignedLinks(URL_OF_GATEWAY, 'secret');
  const { invoke, authenticate, ...auth } = createTestAuth(renewable);
  const { users, accounts, tokens, calls } = auth;
  const probes = createTestProbes();
  const { audio, converter, done, publishVideo } = createTestConverter(jobs, blobs);
  const stopping = new AbortController();
  context.after(() => stopping.abort());
  const log = pino({ level: 'silent' });
  const stored = { jobs, index, blobs };
  const many = { all: 100, perUser: 100 };
  const sameContent = createDeduplicate(state, jobs, KEPT_SECONDS);
  const user = { maxUploadBytes, retentionSeconds: KEPT_SECONDS };
  const groupLimits = { guest: guestLimits, user, friend: user, operator: user };
  const usage = createDayUsage({ state, ...stored, groupLimits, keepVideoMs: KEPT_SECONDS * 1000 });
  const kept = { groupLimits, heartbeatMs: 5_000 };
  const changes = createJobCommands({
    ...{ ...stored, publishVideo, keepVideoMs: KEPT_SECONDS * 1000 },
    deleteBlobs: () => undefined,
  });
  const failedIndex = createFailedIndex(state, KEPT_SECONDS);
  const uploadPorts = { ...stored, ...kept, usage, deduplicate: sameContent, links, publishVideo, log };
  const resumable = createResumable({
    ...{ ...uploadPorts, state, locker: createLeaseLocker(state, log), limit: many },
    uploadExpirySeconds: KEPT_SECONDS,
  });
  const live = createLiveJobs({ state, jobs, index, stoppingSignal: stopping.signal, log, now });
  const app = createGateway({
    usage,
    clientAddress: () => '192.0.2.1',
    ...live,
    stallTimeoutMs: 45_000,
    ...{
      ...stored,
      authenticate,
      apiKeys: createApiKeys(invoke),
      links,
      invoke,
      groupLimits,
      minimumRate: { bytesPerSecond: 0, windowMs: 60_000 },
      guests,
      publicUrl,
      site,
      corsOrigins: [],
      commands: changes,
      operatorToken: hasOperator ? OPERATOR_TOKEN : undefined,
      log,
    },
    overview: createOverview({
      ...{ ...live, failedIndex, stoppingSignal: stopping.signal, log, now },
      metadata: async () => ({
        runtimeVersion: '1.18.2',
        components: [
          { name: 'store', type: 'state.mongodb', version: 'v1' },
          { name: 'pubsub', type: 'pubsub.rabbitmq', version: 'v1' },
        ],
      }),
    }),
    storeUpload: createStoreUpload({ ...uploadPorts, storeVideo: storeWhole(uploadPorts.blobs) }),
    resumable,
    idempotency: resumable.idempotency,
    admission: createAdmission({ uploads: many, activeJobs: many }, () => countActive(jobs, index)),
    downloads: createConcurrencyLimit(many, 'downloads'),
    probes: createConcurrencyLimit(many, 'probes'),
    searches: createConcurrencyLimit(many, 'searches for jobs'),
    askConverter: probes.ask,
    eventStreams: createConcurrencyLimit(many, 'event streams'),
    failedJobs: createFailedJobs({ jobs, failedIndex, commands: changes, log }),
    checks: {},
    requireReady: async () => {},
    metrics: createMetrics('gateway'),
    stoppingSignal: stopping.signal,
  });
  const transport = transportTo(context, app.callback());
  return {
    app,
    transport,
    users,
    accounts,
    tokens,
    calls,
    auth,
    ...stored,
    failedIndex,
    live,
    changes,
    state,
    audio,
    converter,
    done,
    probes,
  };
}

/** A converter in memory, whose MP3s all have the same bytes. */
function createTestConverter(jobs: JobStore, blobs: BlobStore) {
  const audio = Buffer.alloc(300_000, 5);
  /** Ends a job, or leaves it as it is. A test may replace it. */
  const converter = { run: async (job: Job): Promise<Job | undefined> => done(job) };

  async function done(job: Job): Promise<DoneJob> {
    const id = randomUUID();
    const { size, sha256 } = await blobs.write(id, chunksOf(audio), { expires: new Date(job.expires_at) });
    const mp3 = { size, sha256, duration_seconds: 2 };
    return { ...baseOf(job), status: 'done', mp3BlobId: id, mp3, warnings: [] };
  }

  const publishVideo = (job: Job) => {
    void converter
      .run(job)
      .then((ended) => jobs.update(job.id, () => ended))
      // The job may have been deleted meanwhile.
      .catch((error: unknown) => assert.ok(isAppError(error, 'not_found')));
  };
  return { audio, converter, done, publishVideo };
}

/** The id of whoever registers with this address: a UUID, as auth makes them, that is always the same. */
export function testUserId(email: string): string {
  const digits = createHash('sha256').update(email).digest('hex');
  return [0, 8, 12, 16, 20].map((from, place) => digits.slice(from, [8, 12, 16, 20, 32][place])).join('-');
}

/** Auth in memory. Where its sessions are not renewable, each renewal ends in a login. */
function createTestAuth(renewable: boolean) {
  /** Passwords by address. */
  const users = new Map<string, string>();
  const { answerGuest, userOf, idOf } = createTestGuests(users);
  /** Ids by access token. Whoever has not begun as a guest has the id of {@link testUserId}. */
  const tokens = new Map<string, string>();
  /** Ids by refresh token. */
  const sessions = new Map<string, string>();
  /** Paths of the requests, in order. */
  const calls: string[] = [];
  /** Whether auth cannot be reached. */
  const outage = { isOn: false };
  const accounts = createTestAccounts(users);

  async function invoke(_app: string, { method, path, headers, body }: InvokeRequest): Promise<InvokeReply> {
    calls.push(path);
    if (outage.isOn) throw unavailable('the auth service');
    const answer = (status: number, content: object): InvokeReply => ({
      status,
      headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
      body: JSON.stringify(content),
    });
    if (path.startsWith('/account') || path === '/oidc/join') {
      const id = tokens.get(String(headers?.authorization).slice('Bearer '.length));
      const email = id === undefined ? undefined : (userOf(id).email ?? undefined);
      const { status, content } = accounts.answer({
        ...{
          method: method ?? 'GET',
          path,
          email,
          body: JSON.parse(body === undefined ? '{}' : String(body)),
        },
      });
      return status === 204 ? { status, headers: {}, body: '' } : answer(status, content);
    }
    if (path === '/oidc/guest' || path === '/oidc/complete') {
      const guest = tokens.get(String(headers?.authorization).slice('Bearer '.length));
      const { status, id, ...content } = answerProvider(guest, String(body));
      return answer(status, id === undefined ? content : { ...grant(id), ...content });
    }
    const signIn = accounts.signIn.answerVisitor(path, JSON.parse(body === undefined ? '{}' : String(body)));
    if (signIn && 'email' in signIn) return answer(200, grant(idOf(signIn.email)));
    if (signIn) return answer(signIn.status, signIn.content);
    if (path === '/register') {
      const { email, password } = JSON.parse(String(body)) as { email: string; password: string };
      if (accounts.verification.isRequired) {
        const { status, content } = accounts.register(email, password);
        return answer(status, content);
      }
      // Auth is idempotent here: the same password gives the same account.
      if ((users.get(email) ?? password) !== password)
        return answer(409, { code: 'email_taken', detail: 'taken' });
      users.set(email, password);
      return answer(201, { id: idOf(email), email });
    }
    if (path === '/login') {
      const basic = Buffer.from(String(headers?.authorization).slice(6), 'base64').toString();
      const [email = '', password] = basic.split(/:(.*)/s);
      if (password !== undefined && accounts.unconfirmed.get(email) === password)
        return answer(403, { code: 'email_not_verified', detail: 'confirm it first' });
      if (users.get(email) !== password) return answer(401, { code: 'invalid_credentials', detail: 'wrong' });
      const step = accounts.signIn.askForCode(email);
      return step ? answer(step.status, step.content) : answer(200, grant(idOf(email)));
    }
    if (path.startsWith('/guests')) {
      const token = String(headers?.authorization).slice('Bearer '.length);
      const { status, id, ...problem } = answerGuest(tokens.get(token), body);
      return answer(status, id === undefined ? problem : grant(id));
    }
    const { refresh_token = '' } = JSON.parse(String(body)) as { refresh_token?: string };
    const owner = sessions.get(refresh_token);
    sessions.delete(refresh_token);
    if (path === '/logout') return { status: 204, headers: {}, body: '' };
    if (owner !== undefined) return answer(200, grant(owner));
    return answer(401, { code: 'invalid_token', detail: 'no such token' });
  }

  /** What a guest begins at a provider, and how it ends: whether the address has an account tells whether the identity has one. */
  function answerProvider(guest: string | undefined, text: string): GuestAnswer & Record<string, unknown> {
    const body = JSON.parse(text) as { leave_guest?: boolean; attempt?: string };
    if (body.attempt === undefined)
      return { status: 200, url: TEST_PROVIDER, attempt: `${body.leave_guest === true}_${guest}` };
    const [mayLeave, id] = body.attempt.split('_');
    const { email } = accounts.signIn.identity;
    if (!users.has(email))
      return { ...answerGuest(id, JSON.stringify({ email, password: '' })), guest: 'registered' };
    if (mayLeave === 'true') return { status: 200, id: idOf(email), guest: 'left' };
    return { status: 409, code: 'account_exists', detail: 'it has an account' };
  }

  function grant(id: string) {
    const { email, group } = userOf(id);
    const claims = { sub: id, ...(group === 'guest' ? { guest: true } : { email }), ...life() };
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part(claims)}.${randomUUID()}`;
    const refresh_token = randomUUID();
    tokens.set(token, id);
    if (renewable) sessions.set(refresh_token, id);
    return { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS, refresh_token };
  }

  async function authenticate(authorization: string) {
    const id = tokens.get(authorization.slice('Bearer '.length));
    if (!id) throw new AppError('invalid_token', 'the access token is not valid');
    return userOf(id);
  }

  /** Ends all sessions of somebody, as auth does when they sign out everywhere. Default: of everybody. */
  const endSessions = (id?: string) => {
    for (const granted of [tokens, sessions])
      for (const [token, owner] of granted) if (id === undefined || owner === id) granted.delete(token);
  };
  return { users, accounts, tokens, sessions, calls, outage, endSessions, invoke, authenticate };
}

interface GuestAnswer {
  status: number;
  /** Who has a session from now on. */
  id?: string;
  code?: string;
  detail?: string;
}

/** The guests of auth. @param users passwords by address, to which those of guests are added who register */
function createTestGuests(users: Map<string, string>) {
  /** Ids of guests who have registered, by their addresses. */
  const guests = new Map<string, string>();
  /** Addresses by id. Null for a guest who has not registered. */
  const addresses = new Map<string, string | null>();

  /** Answers to `/guests`, and to `/guests/registration`, which has a body. */
  function answerGuest(guest: string | undefined, body: unknown): GuestAnswer {
    if (body === undefined) {
      const id = randomUUID();
      addresses.set(id, null);
      return { status: 200, id };
    }
    const { email, password } = JSON.parse(String(body)) as { email: string; password: string };
    if (guest === undefined) return { status: 401, code: 'invalid_token', detail: 'no such token' };
    if (users.has(email)) return { status: 409, code: 'email_taken', detail: 'taken' };
    users.set(email, password);
    guests.set(email, guest);
    addresses.set(guest, email);
    return { status: 200, id: guest };
  }

  function userOf(id: string): User {
    const email = addresses.get(id) ?? null;
    return { id, email, group: email === null ? 'guest' : 'user' };
  }

  /** The id of whoever has this address. */
  function idOf(email: string): string {
    const id = guests.get(email) ?? testUserId(email);
    addresses.set(id, email);
    return id;
  }

  return { answerGuest, userOf, idOf };
}
