import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Job, JobView } from '../../services/shared/jobs.ts';
import { parseMail } from '../chaos/mails.ts';
import { isEnded, type StoreContent, type StoredJob } from '../chaos/store-keys.ts';
import { blobOf, type Evidence, type JobEvidence, judge, orphanKeys } from '../chaos/verdict.ts';
import { decodedSeconds } from '../support/media.ts';
import { until } from '../support/wait.ts';
import type { Sent } from './films.ts';

const SETTLE_MS = 180_000;
/** LAME's delay and padding: some hundredths of a second. */
const TOLERANCE_SECONDS = 0.1;
/** How to see past the services what became of what was sent. */
export interface Witness {
  /** Of MailDev's page. */
  readonly mailUrl: string;
  /** What is in the state store, past the sidecars. */
  readStore(): Promise<StoreContent>;
}

interface Envelope {
  id: string;
  time: string;
  envelope: { to: { address: string }[] };
}

async function readMails({ mailUrl }: Witness): Promise<Evidence['mails']> {
  const list = (await (await fetch(`${mailUrl}/api/email`)).json()) as Envelope[];
  return Promise.all(
    list.map(async ({ id, time, envelope }) => {
      const raw = await (await fetch(`${mailUrl}/api/email/${id}/source`)).text();
      const at = Date.parse(time);
      const to = envelope.to.map(({ address }) => address);
      return parseMail({ to, openedAt: at, storedAt: at, raw: raw.replace(/\r?\n/g, '\r\n') });
    }),
  );
}

/** Those to the users, and those about their films, whoever got them. */
async function mailsAbout(system: Witness, ledger: readonly Sent[]): Promise<Evidence['mails']> {
  const addresses = new Set(ledger.map(({ user }) => user.email));
  const names = new Set(ledger.map(({ filename }) => filename));
  return (await readMails(system)).filter(({ to, filename }) => addresses.has(to) || names.has(filename));
}

/**
 * Keys of attempts that lost their job, as the job itself tells. A save that a cut cable held back may arrive after everything
 * was cleared, once the cable is whole again; it expires with the job, and nobody looks at it.
 */
export function lateKeys({ keys, jobs }: StoreContent): string[] {
  const litter = new Set(jobs.flatMap((job) => (job as StoredJob & Pick<Job, 'litter'>).litter));
  return orphanKeys({ keys, stored: jobs }).filter((key) => litter.has(key.split(':')[1] ?? ''));
}

/** Waits until nothing is left to do, or for so long that the verdict shall say what is. */
async function untilSettled({
  system,
  ledger,
  before,
  swept,
}: Omit<Case, 'known' | 'stateDir'>): Promise<void> {
  const accepted = ledger.filter(({ id }) => id !== undefined);
  await until(
    'everything to settle',
    async () => {
      if ((await mailsAbout(system, ledger)).length < accepted.length) return false;
      const store = await system.readStore().catch(() => undefined);
      if (store === undefined || !store.jobs.every(isEnded)) return false;
      if (!swept) return true;
      if (store.open.some((id) => !before.has(id))) return false;
      return orphanKeys({ keys: store.keys, stored: store.jobs }).length === lateKeys(store).length;
    },
    SETTLE_MS,
  ).catch(() => undefined);
}

/** What is known for good: jobs that were found right, and the seconds of an MP3 by its sha256. */
export interface Known {
  jobs: Map<string, JobEvidence>;
  seconds: Map<string, number>;
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

/** Every job done with one right MP3 and one mail, and nothing else in the store or the sink. */
export async function verdictOf({
  system,
  ledger,
  before,
  swept,
  ...rest
}: Case): Promise<{ done: number; findings: string[]; late: string[] }> {
  await untilSettled({ system, ledger, before, swept });
  const jobs: JobEvidence[] = [];
  for (const sent of ledger) if (sent.id !== undefined) jobs.push(await examine(sent, rest));
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
      mails: await mailsAbout(system, ledger),
    },
    listed: new Set(jobs.flatMap(({ ids }) => ids)),
    refusals: refused.map(({ filename, answer }) => `the upload of ${filename} was answered ${answer}`),
    // No process is killed here, so no mail may come twice.
    ...{ strangers: [], faults: [], hits: [], repeats: [], folders: [], processes: [] },
  });
  const { ends, explained: _explained, ...faults } = verdict;
  const findings = Object.entries(faults).flatMap(([kind, found]) => found.map((what) => `${kind}: ${what}`));
  return { done: ends.done ?? 0, findings, late };
}
