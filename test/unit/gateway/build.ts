import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { createAccept } from '../../../services/gateway/accept.ts';
import { createGateway } from '../../../services/gateway/app.ts';
import { createAuthenticate } from '../../../services/gateway/authenticate.ts';
import { createLinks } from '../../../services/gateway/links.ts';
import { createBlobStore } from '../../../services/shared/blobs.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { createJobIndex } from '../../../services/shared/job-index.ts';
import { createJobStore } from '../../../services/shared/job-store.ts';
import type { Job } from '../../../services/shared/jobs.ts';
import { createMetrics } from '../../../services/shared/metrics.ts';
import type { InvokeReply, InvokeRequest } from '../../../services/shared/sidecar.ts';
import { createMemoryState } from '../../../services/shared/state.ts';
import { inProcess } from '../../support/in-process.ts';
import { OWNER } from '../../support/job.ts';
import { logLines } from '../../support/lines.ts';

export const MAX_BYTES = 300_000;
export const ISSUER = { issuer: 'mp3converter', audience: 'mp3converter' };
export const STRANGER = { id: '99999999-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'eve@example.com' };

/** The key pair of auth in these tests. */
export const KEYS = await generateKeyPair('EdDSA');
export const publicJwk: JWK = { ...(await exportJWK(KEYS.publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' };

/** An access token as auth makes it, apart from what is given; undefined leaves a claim out. */
export async function tokenOf(
  { id, email } = OWNER,
  { claims = {}, header = {}, key = KEYS.privateKey as CryptoKey | Uint8Array } = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const { issuer: iss, audience: aud } = ISSUER;
  const payload = { iss, aud, sub: id, email, iat, exp: iat + 300, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: 'one', ...header })))
    .sign(key);
}
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const asOwner = bearer(await tokenOf());
export const asStranger = bearer(await tokenOf(STRANGER));

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

/** The gateway over memory. `auth` answers in the place of the auth service, apart from its keys. */
export function buildGateway({
  auth,
  maxUploadBytes = MAX_BYTES,
  onPutBytes = (put) => put(),
}: {
  auth?: Auth;
  maxUploadBytes?: number;
  /** Stands in for each put of bytes, and calls it when it likes. */
  onPutBytes?: (put: () => Promise<void>) => Promise<void>;
} = {}) {
  const state = createMemoryState();
  const blobs = createBlobStore({
    ...state,
    putBytes: (...args) => onPutBytes(() => state.putBytes(...args)),
  });
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 3600);
  const links = createLinks('https://mp3.example.com/', 'a secret of thirty-two characters');
  const lines = logLines();
  const stopping = new AbortController();
  const announced: Job[] = [];
  const asked: InvokeRequest[] = [];
  let checked: () => Promise<unknown> = async () => undefined;

  async function invoke(appId: string, request: InvokeRequest): Promise<InvokeReply> {
    if (appId !== 'auth') throw unavailable(`the ${appId} service`);
    asked.push(request);
    if (request.path === '/.well-known/jwks.json') return jsonReply(200, { keys: [publicJwk] });
    if (!auth) throw unavailable('the auth service');
    return auth(request);
  }

  const app = createGateway({
    authenticate: createAuthenticate(invoke, ISSUER),
    accept: createAccept({
      blobs,
      jobs,
      index,
      links,
      announce: (job) => announced.push(job),
      maxUploadBytes,
      retentionSeconds: 3600,
    }),
    invoke,
    jobs,
    index,
    blobs,
    links,
    maxUploadBytes,
    checks: { sidecar: () => checked() },
    metrics,
    stopping: stopping.signal,
    log: pino({ level: 'trace' }, lines),
  });

  return {
    app,
    call: inProcess(app),
    state,
    blobs,
    jobs,
    index,
    links,
    lines,
    stopping,
    announced,
    asked,
    failCheck: () => {
      checked = () => Promise.reject(new Error('the sidecar is away'));
    },
    /** Saves a job as an upload does, with its place in the index. */
    async save(job: Job): Promise<Job> {
      await index.add(job.owner, job.id);
      await jobs.create(job);
      return job;
    },
  };
}
export type Gateway = ReturnType<typeof buildGateway>;
