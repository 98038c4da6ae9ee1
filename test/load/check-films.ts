import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { waitUntilStable } from '../support/wait.ts';
import { findMp3Fault, type KnownDurations } from '../verdict/check-mp3.ts';
import type { Evidence, JobEvidence } from '../verdict/evidence.ts';
import { judge } from '../verdict/judge.ts';
import type { MailEvidence } from '../verdict/mails.ts';
import { blobIdOf, orphanKeys } from '../verdict/orphan-keys.ts';
import { isEnded, type StoreContent } from '../verdict/store-content.ts';
import { readMailDev } from './maildev.ts';
import type { SentFilm } from './send-films.ts';

/**
 * How long nothing may change before the wait is given up. A stalled job is published again after twice as long each time, and a
 * server may have to start before that.
 */
const STABLE_MS = 5 * 60_000;

/** What the tests need to see, without asking the services, what became of the films. */
export interface SystemView {
  /** URL of MailDev's page and API. */
  readonly mailUrl: string;
  /** Reads the state store directly, and not through a sidecar. */
  readStore(): Promise<StoreContent>;
}

/** Facts that do not change, so that they are looked up once only. */
export interface KnownFacts {
  /** Jobs that were found to be right. */
  jobs: Map<string, JobEvidence>;
  durations: KnownDurations;
  mails: Map<string, MailEvidence>;
}

export interface CheckOptions {
  system: SystemView;
  sent: readonly SentFilm[];
  /** Ids of the jobs that existed before the first film was sent. They belong to somebody else. */
  earlierIds: ReadonlySet<string>;
  /** Whether to wait for the gateway's sweep, and to check that it left nothing in the store. */
  checkStore: boolean;
  stateDir: string;
  known: KnownFacts;
}

export interface CheckResult {
  done: number;
  findings: string[];
  /** Keys that arrived after their job was cleaned up. See lateKeys(). */
  late: string[];
}

/** Checks that every job is done with one right MP3 and one mail, and that nothing else is in the store or in the mail sink. */
export async function checkFilms(options: CheckOptions): Promise<CheckResult> {
  // It fails for a moment while a restarted server, or the forwarded port that leads to it, is not yet reachable.
  await waitUntilStable(STABLE_MS, () => describeRest(options).catch((error: Error) => error.message));
  const jobs: JobEvidence[] = [];
  for (const film of options.sent) if (film.id !== undefined) jobs.push(await examineFilm(film, options));
  const store = await options.system.readStore();
  const late = lateKeys(store);
  const {
    finalStates,
    explained: _explained,
    ...faults
  } = judge(await evidenceOf(jobs, store, late, options));
  const findings = Object.entries(faults).flatMap(([kind, found]) => found.map((what) => `${kind}: ${what}`));
  return { done: finalStates.done ?? 0, findings, late };
}

/** Describes what is left to do, in words that change with each step. Returns an empty string if nothing is left. */
async function describeRest(options: CheckOptions): Promise<string> {
  const { system, sent, earlierIds, checkStore } = options;
  const accepted = sent.filter(({ id }) => id !== undefined);
  const mails = await relevantMails(options);
  const store = await system.readStore();
  const orphans = orphanKeys({ keys: store.keys, stored: store.jobs }).length - lateKeys(store).length;
  const rest = {
    mails: Math.max(0, accepted.length - mails.length),
    jobs: store.jobs.filter((job) => !earlierIds.has(job.id) && !isEnded(job)).length,
    entries: checkStore ? store.open.filter((id) => !earlierIds.has(id)).length : 0,
    keys: checkStore ? orphans : 0,
  };
  return Object.entries(rest)
    .flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]))
    .join(', ');
}

/** The mails to the users, and those about their films, whoever received them. */
async function relevantMails({ system, sent, known }: CheckOptions): Promise<MailEvidence[]> {
  const addresses = new Set(sent.map(({ user }) => user.email));
  const names = new Set(sent.map(({ filename }) => filename));
  const mails = await readMailDev(system.mailUrl, known.mails);
  return mails.filter(({ to, filename }) => addresses.has(to) || names.has(filename));
}

/**
 * Keys of lost attempts, as the job itself names them. A save that was held up by a cut network cable may arrive after all blobs
 * of the attempt were deleted. Its key expires with the job, and nobody reads it.
 */
export function lateKeys({ keys, jobs }: StoreContent): string[] {
  const orphanedBlobs = new Set(jobs.flatMap(({ litter = [] }) => litter));
  return orphanKeys({ keys, stored: jobs }).filter((key) => orphanedBlobs.has(key.split(':')[1] ?? ''));
}

async function examineFilm(
  { user, filename, sha256, seconds, id = '' }: SentFilm,
  { stateDir, known }: CheckOptions,
): Promise<JobEvidence> {
  const before = known.jobs.get(id);
  if (before) return before;
  const { status, bytes } = await user.get(`/jobs/${id}`);
  const job = status === 200 ? (JSON.parse(bytes.toString()) as JobView) : undefined;
  const evidence: JobEvidence = {
    ...{ ids: [id], filename, email: user.email, expects: 'done', actions: [], seen: [] },
    ...{ status: job?.status ?? (status === 404 ? 'gone' : undefined), code: job?.error?.code },
  };
  if (job?.status !== 'done') return evidence;
  const mp3Fault = await findMp3Fault({
    ...{ job, sourceSha256: sha256, expectedSeconds: seconds },
    download: () => user.get(`/download/${id}`),
    folder: stateDir,
    durations: known.durations,
  });
  if (mp3Fault !== undefined) return { ...evidence, mp3Fault };
  known.jobs.set(id, evidence);
  return evidence;
}

/** Leaves out the keys and jobs that belong to somebody else. */
async function evidenceOf(
  jobs: JobEvidence[],
  { keys, jobs: storedJobs, open }: StoreContent,
  late: readonly string[],
  options: CheckOptions,
): Promise<Evidence> {
  const { sent, earlierIds, checkStore } = options;
  const ignored = new Set(checkStore ? late : orphanKeys({ keys, stored: storedJobs }));
  const earlierJobs = storedJobs.filter(({ id }) => earlierIds.has(id));
  const earlierBlobs = new Set<string | undefined | null>(
    earlierJobs.flatMap(({ video, audio }) => (audio === null ? [video] : [video, audio])),
  );
  const refused = sent.filter(({ result }) => result !== '202');
  return {
    jobs,
    keys: keys.filter((key) => !ignored.has(key) && !earlierBlobs.has(blobIdOf(key))),
    stored: storedJobs.filter(({ id }) => !earlierIds.has(id)),
    open: checkStore ? open.filter((id) => !earlierIds.has(id)) : [],
    mails: await relevantMails(options),
    listedIds: new Set(jobs.flatMap(({ ids }) => ids)),
    wrongRefusals: refused.map(({ filename, result }) => `the upload of ${filename} was answered ${result}`),
    // These tests kill only converters, which send no mail. So no duplicate of a mail can be explained by a kill.
    ...{ unknownJobs: [], faults: [], faultEffects: [], announcedRepeats: [], folders: [], processes: [] },
  };
}
