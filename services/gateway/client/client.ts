import type { JobView } from '../../shared/jobs/job-view.ts';
import type { Mp3Details } from '../../shared/jobs/mp3-details.ts';
import type { ProbeResult } from '../../shared/jobs/probe.ts';
import type { DownloadLink } from '../downloads/download-link.ts';
import type { Mp3 } from './download.ts';
import { type Clock, clock as systemClock } from './http/clock.ts';
import type { Transport } from './http/transport.ts';
import { jobEvents } from './job-events.ts';
import {
  cancelJob,
  deleteJob,
  getJob,
  getLink,
  type JobPage,
  type JobQuery,
  listJobs,
  renameJob,
  retryJob,
} from './jobs.ts';
import type { ProbeOptions } from './probe.ts';
import type { SendVideoPorts, SentVideo } from './send-video.ts';
import { type Credentials, type Registration, register } from './session/accounts.ts';
import { createSession, type Session } from './session/session.ts';
import { createMemoryTokens, type TokenStore } from './session/tokens.ts';
import type { Film } from './uploads/film.ts';
import { createMemoryUploads, type UploadStore } from './uploads/upload-store.ts';
import type { VerifiedDownloadOptions } from './verified-download.ts';
import { type JobsChange, type WatchJobsOptions, watchJobs } from './watch-jobs.ts';
import { type WatchSentOptions, watchSent } from './watch-sent.ts';

export interface ClientOptions {
  /** Leads to the gateway: see `createTransport`. */
  transport: Transport;
  /** Signs requests. Default: a session with tokens. A page has one with cookies, see `createCookieSession`. */
  session?: Session;
  /** Where the tokens of the default session are kept. Default: in memory. */
  tokens?: TokenStore;
  /** Where unfinished uploads are remembered. Default: in memory. */
  uploads?: UploadStore;
  /** Whether `fetch` can send a stream as the body of a request: Node's can, and browsers cannot over HTTP/1.1. Default: it cannot. */
  streaming?: boolean;
  clock?: Clock;
  /** Ends all requests that have no signal of their own. Default: none does. */
  signal?: AbortSignal;
}

type Cancellable = { signal?: AbortSignal };
type Own<Options> = Omit<Options, keyof Ports> & Cancellable;

interface Ports {
  clock: Clock;
  signal: AbortSignal;
  uploads: UploadStore;
  streaming: boolean;
}

/** The API of one gateway, for one user at a time. Each method throws the errors of http/errors.ts, which are one family. */
export interface Client {
  readonly session: Session;
  register(credentials: Credentials, options?: Cancellable): Promise<Registration>;
  signIn(credentials: Credentials, options?: Cancellable): Promise<void>;
  signOut(options?: Cancellable): Promise<void>;
  probe(film: Film, options: Own<ProbeOptions>): Promise<ProbeResult>;
  /** Sends the sound of a film, or all of it where that is necessary. Resumes what was begun before. */
  send(film: Film, options: Own<SendVideoPorts>): Promise<SentVideo>;
  /** Removes an unfinished upload, here and at the gateway. `send` tells its fingerprint. */
  forget(fingerprint: string, options?: Cancellable): Promise<void>;
  /** Watches a job until it is final. Sends all of the film, where its sound alone could not be converted. */
  watch(id: string, options: Own<WatchSentOptions>): Promise<JobView>;
  events(id: string, options?: Cancellable): AsyncIterable<JobView>;
  /** Yields what happens to all jobs, until the signal aborts or the caller leaves the loop. Connects again where it has to. */
  watchJobs(options?: Own<WatchJobsOptions>): AsyncIterable<JobsChange>;
  jobs(query: JobQuery, options?: Cancellable): Promise<JobPage>;
  job(id: string, options?: Cancellable): Promise<JobView>;
  rename(id: string, filename: string, options?: Cancellable): Promise<JobView>;
  /** What a player shows of the MP3. There is none for the MP3 of an earlier release: `not_found`. */
  details(id: string, options?: Cancellable): Promise<Mp3Details>;
  cancel(id: string, options?: Cancellable): Promise<JobView>;
  retry(id: string, options?: Cancellable & { options?: Record<string, string> }): Promise<JobView>;
  /** With `keepalive`, the request outlives the page that sends it. */
  delete(id: string, options?: Cancellable & { keepalive?: boolean }): Promise<void>;
  link(id: string, options?: Cancellable): Promise<DownloadLink>;
  /** Returns the path of the archive with the MP3s of these jobs; without ids, with all. Asks first whether there can be one. */
  archive(ids: readonly string[], options?: Cancellable): Promise<string>;
  /** Yields the MP3. Resumes after a lost connection. Throws at the end where the bytes are not those of the MP3. */
  download(mp3: Mp3, options?: Own<VerifiedDownloadOptions>): AsyncIterable<Uint8Array>;
}

export function createClient({ transport, ...options }: ClientOptions): Client {
  const { tokens = createMemoryTokens(), clock = systemClock } = options;
  const { uploads = createMemoryUploads(), streaming = false } = options;
  const always = options.signal ?? new AbortController().signal;
  const session = options.session ?? createSession({ transport, tokens, clock, signal: always });
  const signalOf = ({ signal = always }: Cancellable = {}) => signal;
  const portsOf = (own?: Cancellable): Ports => ({ clock, uploads, streaming, signal: signalOf(own) });

  return {
    session,
    register: (credentials, own) => register(transport, credentials, signalOf(own)),
    signIn: (credentials, own) => session.signIn(credentials, signalOf(own)),
    signOut: (own) => session.logOut(signalOf(own)),
    // A page loads the code that asks about a file, that sends and that downloads once it needs it.
    async probe({ file }, own) {
      const { probeFile } = await import('./probe.ts');
      return probeFile(session, file, { ...own, ...portsOf(own) });
    },
    async send(film, own) {
      const { sendVideo } = await import('./send-video.ts');
      return sendVideo(session, film, { ...own, ...portsOf(own) });
    },
    async forget(fingerprint, own) {
      const { forgetUpload } = await import('./uploads/upload-file.ts');
      return forgetUpload(session, fingerprint, portsOf(own));
    },
    watch: (id, own) => watchSent(session, id, { ...own, ...portsOf(own) }),
    async *events(id, own) {
      for await (const { job } of jobEvents(session, id, { signal: signalOf(own) })) yield job;
    },
    watchJobs: (own) => watchJobs(session, { ...own, ...portsOf(own) }),
    jobs: (query, own) => listJobs(session, query, signalOf(own)),
    job: (id, own) => getJob(session, id, signalOf(own)),
    rename: (id, filename, own) => renameJob(session, id, filename, signalOf(own)),
    async details(id, own) {
      const { getDetails } = await import('./details.ts');
      return getDetails(session, id, portsOf(own));
    },
    cancel: (id, own) => cancelJob(session, id, signalOf(own)),
    retry: (id, own) => retryJob(session, id, signalOf(own), own?.options),
    delete: (id, own) => deleteJob(session, id, signalOf(own), own),
    async archive(ids, own) {
      const { archivePath, checkArchive } = await import('./archive.ts');
      await checkArchive(session, ids, signalOf(own));
      return archivePath(ids);
    },
    link: (id, own) => getLink(session, id, signalOf(own)),
    async *download(mp3, own) {
      const { verifiedDownload } = await import('./verified-download.ts');
      yield* verifiedDownload(session, mp3, { ...own, ...portsOf(own) });
    },
  };
}
