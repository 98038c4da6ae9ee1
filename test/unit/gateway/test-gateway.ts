import type { Locker } from '@tus/server';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { acceptApiKeys, createApiKeys } from '../../../services/gateway/accounts/api-keys.ts';
import { createAuthenticate } from '../../../services/gateway/accounts/authenticate.ts';
import { createGateway } from '../../../services/gateway/app.ts';
import type { limitsOf } from '../../../services/gateway/config.ts';
import { createSignedLinks } from '../../../services/gateway/downloads/signed-link.ts';
import { createLiveJobs } from '../../../services/gateway/events/live-jobs.ts';
import { countActive } from '../../../services/gateway/job-index/count-active.ts';
import { createJobIndex } from '../../../services/gateway/job-index/job-index.ts';
import { createJobCommands } from '../../../services/gateway/jobs/commands.ts';
import { createAdmission } from '../../../services/gateway/limits/admission.ts';
import type { ClientAddress } from '../../../services/gateway/limits/client-address.ts';
import { createConcurrencyLimit } from '../../../services/gateway/limits/concurrency-limit.ts';
import type { AccountLimits } from '../../../services/gateway/limits/group-limits.ts';
import type { MinimumRate } from '../../../services/gateway/limits/minimum-rate.ts';
import { addCounts } from '../../../services/gateway/limits/quota.ts';
import { createFailedIndex } from '../../../services/gateway/operator/failed-index.ts';
import { createFailedJobs } from '../../../services/gateway/operator/failed-jobs.ts';
import { createOverview } from '../../../services/gateway/operator/overview.ts';
import type { Site } from '../../../services/gateway/page/site.ts';
import { createAskConverter } from '../../../services/gateway/probe/ask-converter.ts';
import { createDeduplicate } from '../../../services/gateway/uploads/deduplicate.ts';
import { storeWhole } from '../../../services/gateway/uploads/sound-only/store-video.ts';
import { createStoreUpload } from '../../../services/gateway/uploads/store-upload.ts';
import { createResumable } from '../../../services/gateway/uploads/tus/create-resumable.ts';
import { createLeaseLocker } from '../../../services/gateway/uploads/tus/lease-locker.ts';
import { countOpenUploads } from '../../../services/gateway/uploads/tus/open-uploads.ts';
import { createDayUsage } from '../../../services/gateway/usage/day-usage.ts';
import { createBlobStore } from '../../../services/shared/blobs/blob-store.ts';
import type { InvokeReply, InvokeRequest } from '../../../services/shared/dapr/sidecar.ts';
import { createMetrics } from '../../../services/shared/http/metrics.ts';
import type { Job } from '../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../services/shared/state/memory-state.ts';
import { inProcess } from '../../support/in-process.ts';
import { OWNER } from '../../support/job.ts';
import { logLines } from '../../support/log-lines.ts';

export const MAX_BYTES = 300_000;
export const ISSUER = { issuer: 'mp3converter', audience: 'mp3converter' };
export const STRANGER = {
  id: '99999999-8d0b-4a53-9a35-0d6c2c1f7b10',
  email: 'eve@example.com',
  group: 'user' as const,
};

/** The key pair with which auth signs tokens in these tests. */
export const KEYS = await generateKeyPair('EdDSA');
export const publicJwk: JWK = { ...(await exportJWK(KEYS.publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' };

/** An access token as auth makes it, except for the given claims, header and key. A claim that is undefined is left out. */
export async function tokenOf(
  { id, email }: { id: string; email?: string } = OWNER,
  { claims = {} as object, header = {}, key = KEYS.privateKey as CryptoKey | Uint8Array } = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const { issuer: iss, audience: aud } = ISSUER;
  const payload = { iss, aud, sub: id, email, iat, exp: iat + 3600, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: 'one', ...header })))
    .sign(key);
}
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const asOwner = bearer(await tokenOf());
export const asStranger = bearer(await tokenOf(STRANGER));
/** A guest, whose token has no address. */
export const GUEST = { id: '11111111-8d0b-4a53-9a35-0d6c2c1f7b10', email: null, group: 'guest' as const };
export const asGuest = bearer(await tokenOf({ id: GUEST.id }, { claims: { guest: true } }));
export const OPERATOR_TOKEN = 'an-operator-token-of-32-characters';
/** What the sidecar says of itself. */
export const SIDECAR = {
  runtimeVersion: '1.18.2',
  components: [
    { name: 'store', type: 'state.mongodb', version: 'v1' },
    { name: 'pubsub', type: 'pubsub.rabbitmq', version: 'v1' },
  ],
};
export const asOperator = bearer(OPERATOR_TOKEN);

export type Auth = (request: InvokeRequest) => InvokeReply | Promise<InvokeReply>;
export const jsonReply = (
  status: number,
  body: object,
  headers: InvokeReply['headers'] = {},
): InvokeReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const metrics = createMetrics('gateway');
const RETENTION_SECONDS = 3600;
const LIMITS = {
  uploads: { all: 10, perUser: 5 },
  downloads: { all: 10, perUser: 5 },
  probes: { all: 10, perUser: 2 },
  searches: { all: 10, perUser: 5 },
  eventStreams: { all: 10, perUser: 5 },
  activeJobs: { all: 100, perUser: 50 },
  openUploads: { all: 100, perUser: 20 },
} satisfies ReturnType<typeof limitsOf>;

export type Limits = Partial<ReturnType<typeof limitsOf>>;

/** A gateway over an in-memory store. `auth` answers instead of the auth service, except for its public keys. */
export function buildGateway({
  auth,
  keys = () => jsonReply(200, { keys: [publicJwk] }),
  converter,
  maxUploadBytes = MAX_BYTES,
  guests = false,
  guestLimits = { maxUploadBytes, retentionSeconds: RETENTION_SECONDS },
  onPutBytes = (put) => put(),
  limits: given = {},
  hasOperator = true,
  beforeClaim = async () => undefined,
  state = createMemoryState(),
  locker,
  uploadExpirySeconds = 3600,
  heartbeatMs = 5_000,
  keepVideoMs = 3600_000,
  corsOrigins = [],
  publicUrl = 'http://gateway.test',
  issuer = ISSUER,
  site = { find: () => undefined, read: async () => undefined },
  stallTimeoutMs = 45_000,
  minimumRate = { bytesPerSecond: 512, windowMs: 60_000 },
  now,
  clientAddress = () => '192.0.2.1',
  userLimits = {},
}: {
  auth?: Auth;
  /** Answers with the public keys of auth. */
  keys?: () => InvokeReply;
  /** Answers instead of a converter. */
  converter?: Auth;
  maxUploadBytes?: number;
  /** Whether one may start as a guest. */
  guests?: boolean;
  /** Default: those of a user. */
  guestLimits?: AccountLimits;
  /** Runs instead of each write of bytes, which it can make by `put`. */
  onPutBytes?: (put: () => Promise<void>) => Promise<void>;
  limits?: Limits;
  hasOperator?: boolean;
  /** Each upload with an Idempotency-Key waits for it before it claims the key. */
  beforeClaim?: () => Promise<void>;
  heartbeatMs?: number;
  /** How long the video of a job that is done is kept. */
  keepVideoMs?: number;
  corsOrigins?: string[];
  publicUrl?: string;
  /** What the tokens of auth have to name. */
  issuer?: typeof ISSUER;
  /** The files of the page. Default: none. */
  site?: Site;
  /** The store, where it is shared by several gateways or fails now and then. */
  state?: ReturnType<typeof createMemoryState>;
  locker?: Locker;
  uploadExpirySeconds?: number;
  stallTimeoutMs?: number;
  minimumRate?: MinimumRate;
  /** The monotonic clock of everything that is read now and then. */
  now?: () => number;
  clientAddress?: ClientAddress;
  /** More limits of a user. Default: none. */
  userLimits?: Partial<AccountLimits>;
} = {}) {
  const blobs = createBlobStore({
    ...state,
    putBytes: (...args) => onPutBytes(() => state.putBytes(...args)),
  });
  const jobs = createJobStore(state);
  const index = createJobIndex(state, RETENTION_SECONDS);
  const links = createSignedLinks('https://mp3.example.com/', 'a secret of thirty-two characters');
  const lines = logLines();
  const stopping = new AbortController();
  const publishedVideos: Job[] = [];
  const blobDeletions: Job[] = [];
  const invocations: InvokeRequest[] = [];
  let sidecarCheck: () => Promise<unknown> = async () => undefined;

  async function invoke(appId: string, request: InvokeRequest): Promise<InvokeReply> {
    if (appId === 'converter' && converter) return converter(request);
    if (appId !== 'auth') throw unavailable(`the ${appId} service`);
    invocations.push(request);
    if (request.path === '/.well-known/jwks.json') return keys();
    if (!auth) throw unavailable('the auth service');
    return auth(request);
  }

  const log = pino({ level: 'trace' }, lines);
  const stores = { jobs, index, blobs };
  const publishVideo = (job: Job) => publishedVideos.push(job);
  const limits = { ...LIMITS, ...given };
  const commands = createJobCommands({
    ...stores,
    keepVideoMs,
    publishVideo,
    deleteBlobs: (job) => blobDeletions.push(job),
  });
  const failedIndex = createFailedIndex(state, RETENTION_SECONDS);
  const user = { maxUploadBytes, retentionSeconds: RETENTION_SECONDS, ...userLimits };
  const groupLimits = { guest: guestLimits, user, friend: user, operator: user };
  const usage = createDayUsage({ state, ...stores, groupLimits, keepVideoMs });
  const uploadPorts = {
    ...stores,
    usage,
    deduplicate: createDeduplicate(state, jobs, RETENTION_SECONDS),
    links,
    publishVideo,
    groupLimits,
    heartbeatMs,
    log,
  };
  const resumable = createResumable({
    ...uploadPorts,
    ...{ state, uploadExpirySeconds, limit: limits.openUploads },
    locker: locker ?? createLeaseLocker(state, log),
  });
  const { idempotency, openUploads } = resumable;
  const admission = createAdmission(limits, async () =>
    addCounts(await countActive(jobs, index), await countOpenUploads(openUploads)),
  );
  const live = createLiveJobs({
    state,
    jobs,
    index,
    stoppingSignal: stopping.signal,
    log,
    ...(now && { now }),
  });
  const apiKeys = createApiKeys(invoke);
  const app = createGateway({
    ...live,
    stallTimeoutMs,
    publicUrl,
    site,
    authenticate: acceptApiKeys(createAuthenticate(invoke, issuer), apiKeys),
    apiKeys,
    idempotency: {
      ...idempotency,
      async claim(...args) {
        await beforeClaim();
        return idempotency.claim(...args);
      },
    },
    admission,
    usage,
    downloads: createConcurrencyLimit(limits.downloads, 'downloads'),
    probes: createConcurrencyLimit(limits.probes, 'probes'),
    searches: createConcurrencyLimit(limits.searches, 'searches for jobs'),
    askConverter: createAskConverter(invoke),
    eventStreams: createConcurrencyLimit(limits.eventStreams, 'event streams'),
    storeUpload: createStoreUpload({ ...uploadPorts, storeVideo: storeWhole(uploadPorts.blobs) }),
    resumable,
    commands,
    failedJobs: createFailedJobs({ jobs, failedIndex, commands, log }),
    overview: createOverview({
      ...{ ...live, failedIndex, stoppingSignal: stopping.signal, log, ...(now && { now }) },
      metadata: async () => SIDECAR,
    }),
    operatorToken: hasOperator ? OPERATOR_TOKEN : undefined,
    invoke,
    clientAddress,
    jobs,
    index,
    blobs,
    links,
    groupLimits,
    minimumRate,
    guests,
    corsOrigins,
    checks: { sidecar: () => sidecarCheck() },
    requireReady: async () => {},
    metrics,
    stoppingSignal: stopping.signal,
    log,
  });

  return {
    app,
    live,
    call: inProcess(app),
    commands,
    state,
    blobs,
    jobs,
    index,
    links,
    lines,
    stopping,
    publishedVideos,
    blobDeletions,
    admission,
    resumable,
    usage,
    failedIndex,
    invocations,
    failCheck: () => {
      sidecarCheck = () => Promise.reject(new Error('the sidecar is away'));
    },
    /** The keys in the store, except those of the index of active jobs, whose documents are never deleted. */
    storedKeys: () => state.keys().filter((key) => !key.startsWith('open:')),
    /** Saves a job as an upload does, with its entries in the indexes. */
    async save(job: Job): Promise<Job> {
      await index.addActive(job.owner, job.id);
      await jobs.create(job);
      await index.addOwned(job.owner, job.id);
      return job;
    },
  };
}
export type Gateway = ReturnType<typeof buildGateway>;
