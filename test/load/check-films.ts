import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JobView } from '../../services/shared/jobs/job.ts';
import type { StoredJob as WholeJob } from '../../services/shared/jobs/stored-job.ts';
import { decodedSeconds } from '../support/media.ts';
import { blobOf, type JobEvidence, judge, orphanKeys } from '../verdict/judge.ts';
import type { MailEvidence } from '../verdict/mails.ts';
import { isEnded, type StoreContent, type StoredJob } from '../verdict/store-content.ts';
import { readMails } from './maildev.ts';
import type { Sent } from './send-films.ts';
import { untilStill } from './within.ts';

/** Without any progress. Jobs are published again after twice as long each time, and a server may have to start before that. */
const STILL_MS = 5 * 60_000;
/** LAME's delay and padding: some hundredths of a second. */
const TOLERANCE_SECONDS = 0.1;

/** How to see past the services what became of what was sent. */
export interface Witness {
  /** Of MailDev's page. */
  readonly mailUrl: string;
  /** What is in the state store, past the sidecars. */
  readStore(): Promise<StoreContent>;
}

/** Those to the users, and those about their films, whoever got them. */
async function mailsAbout({ system, ledger, known }: Sought): Promise<MailEvidence[]> {
  const addresses = new Set(ledger.map(({ user }) => user.email));
  const names = new Set(ledger.map(({ filename }) => filename));
  const all = await readMails(system.mailUrl, known.mails);
  return all.filter(({ to, filename }) => addresses.has(to) || names.has(filename));
}

/**
 * Keys of attempts that lost their job, as the job itself tells. A save that a cut cable held back may arrive after everything
 * was cleared, once the cable is whole again; it expires with the job, and nobody looks at it.
 */
export function lateKeys({ keys, jobs }: StoreContent): string[] {
  const litter = new Set(jobs.flatMap((job) => (job as StoredJob & Pick<WholeJob, 'litter'>).litter));
  return orphanKeys({ keys, stored: jobs }).filter((key) => litter.has(key.split(':')[1] ?? ''));
}

/** Waits until nothing is left to do, or nothing moves any more: the verdict says what is left. However slow the machine is. */
async function untilSettled(sought: Omit<Case, 'stateDir'>): Promise<void> {
  // A server that was started again may not be there at once, nor the forwarded port that leads to it.
  await untilStill(STILL_MS, () => whatIsLeft(sought).catch((error: Error) => error.message));
}

/** In words that change with each step ahead; empty when nothing is left. */
async function whatIsLeft({ system, ledger, before, swept, known }: Omit<Case, 'stateDir'>): Promise<string> {
  const accepted = ledger.filter(({ id }) => id !== undefined);
  const mails = await mailsAbout({ system, ledger, known });
  const store = await system.readStore();
  const orphans = orphanKeys({ keys: store.keys, stored: store.jobs }).length - lateKeys(store).length;
  const left = {
    mails: Math.max(0, accepted.length - mails.length),
    jobs: store.jobs.filter((job) => !before.has(job.id) && !isEnded(job)).length,
    entries: swept ? store.open.filter((id) => !before.has(id)).length : 0,
    keys: swept ? orphans : 0,
  };
  return Object.entries(left)
    .flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]))
    .join(', ');
}

/** What is known for good: jobs that were found right, the seconds of an MP3 by its sha256, and mails by their ids. */
export interface Known {
  jobs: Map<string, JobEvidence>;
  seconds: Map<string, number>;
  mails: Map<string, MailEvidence>;
}

async function examine(
  { user, filename, sha256, seconds: wanted, id }: Sent,
  { stateDir, known }: Pick<Case, 'stateDir' | 'known'>,
): Promise<JobEvidence> {
  const before = known.jobs.get(id as string);
  if (before) return before;
  const { status, bytes } = await user.get(`/jobs/${id}`);
  const job = status === 200 ? (JSON.parse(bytes.toString()) as JobView) : undefined;
  const evidence: JobEvidence = {
    ...{ ids: [id as string], filename, email: user.email, expects: 'done', actions: [], seen: [] },
    ...{ status: job?.status ?? (status === 404 ? 'gone' : undefined), code: job?.error?.code },
  };
  if (job?.status !== 'done') return evidence;
  const fault = async (): Promise<string | undefined> => {
    if (job.source.sha256 !== sha256) return 'was made of other bytes than were sent';
    const mp3 = await user.get(`/download/${id}`);
    if (mp3.status !== 200) return `is done, and its download answers ${mp3.status}`;
    const hash = createHash('sha256').update(mp3.bytes).digest('hex');
    if (hash !== job.mp3?.sha256) return 'has another MP3 than its sha256 tells';
    // The same sound with the same options gives the same MP3: it is played once.
    const seconds = known.seconds.get(hash) ?? (await play(path.join(stateDir, `${hash}.mp3`), mp3.bytes));
    known.seconds.set(hash, seconds);
    const off = Math.abs(seconds - wanted);
    return off < TOLERANCE_SECONDS ? undefined : `has an MP3 that is ${off.toFixed(2)} s off`;
  };
  const found = await fault().catch((error: Error) => `has an MP3 that does not play: ${error.message}`);
  if (found !== undefined) return { ...evidence, mp3Fault: found };
  known.jobs.set(id as string, evidence);
  return evidence;
}

async function play(file: string, bytes: Buffer): Promise<number> {
  await writeFile(file, bytes);
  return decodedSeconds(file);
}

export interface Case {
  system: Witness;
  ledger: readonly Sent[];
  /** Ids of jobs that were there before anything was sent: somebody else's. */
  before: ReadonlySet<string>;
  /** Waits for the gateway's sweep, and looks whether it has left anything in the store. */
  swept: boolean;
  stateDir: string;
  known: Known;
}

type Sought = Pick<Case, 'system' | 'ledger' | 'known'>;

/** Every job done with one right MP3 and one mail, and nothing else in the store or the sink. */
export async function verdictOf({
  system,
  ledger,
  before,
  swept,
  known,
  stateDir,
}: Case): Promise<{ done: number; findings: string[]; late: string[] }> {
  await untilSettled({ system, ledger, before, swept, known });
  const jobs: JobEvidence[] = [];
  for (const sent of ledger) if (sent.id !== undefined) jobs.push(await examine(sent, { known, stateDir }));
  const store = await system.readStore();
  const late = lateKeys(store);
  const ignored = new Set(swept ? late : orphanKeys({ keys: store.keys, stored: store.jobs }));
  const others = store.jobs.filter(({ id }) => before.has(id));
  const foreign = new Set<string | undefined>(others.flatMap(({ video, audio }) => [video, audio ?? video]));
  const refused = ledger.filter(({ answer }) => answer !== '202');
  const verdict = judge({
    ...{
      jobs,
      keys: store.keys.filter((key) => !ignored.has(key) && !foreign.has(blobOf(key))),
      stored: store.jobs.filter(({ id }) => !before.has(id)),
      open: swept ? store.open.filter((id) => !before.has(id)) : [],
      mails: await mailsAbout({ system, ledger, known }),
    },
    listed: new Set(jobs.flatMap(({ ids }) => ids)),
    refusals: refused.map(({ filename, answer }) => `the upload of ${filename} was answered ${answer}`),
    // Only converters are killed here, which send no mail: so none may come twice.
    ...{ strangers: [], faults: [], hits: [], repeats: [], folders: [], processes: [] },
  });
  const { ends, explained: _explained, ...faults } = verdict;
  const findings = Object.entries(faults).flatMap(([kind, found]) => found.map((what) => `${kind}: ${what}`));
  return { done: ends.done ?? 0, findings, late };
}
