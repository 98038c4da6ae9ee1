import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodedSeconds } from '../../support/media.ts';
import type { Evidence, JobEvidence } from '../../verdict/judge.ts';
import { readMails } from '../../verdict/mails.ts';
import { readStore } from '../../verdict/store-content.ts';
import { FAULTS, MAY_BE_A_DUPLICATE } from '../faults/fault-kinds.ts';
import type { Stage } from '../harness.ts';
import { accepted, idOf, type Ledger, type UploadRecord } from '../history.ts';
import type { Library } from '../load/media-library.ts';
import type { User } from '../load/user.ts';
import { mailFolder } from '../mail/mail-server.ts';
import { type LogLine, readLogs } from './service-logs.ts';
import { spoolsOf } from './spool-contents.ts';

const ASK_MS = 30_000;
const AT_A_TIME = 4;
/** Longer than a lease, and than the sweep needs to find what stands still. */
const TRACE_MS = 40_000;
/** LAME's delay and padding: some hundredths of a second. */
const TOLERANCE_SECONDS = 0.1;

export interface Witnesses {
  stage: Stage;
  users: readonly User[];
  ledger: Ledger;
  library: Library;
}

/** Asks the public API for every job and its MP3, and looks into store, mail sink, spools and the process table. */
export async function gather(witnesses: Witnesses): Promise<Evidence> {
  const { stage, users, ledger } = witnesses;
  const lists = await reconcile(users, ledger);
  const lengths = new Map<string, Promise<number>>();
  const records = accepted(ledger).values();
  const jobs: JobEvidence[] = [];
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const record of records) jobs.push(await examine(record, witnesses, lengths));
    }),
  );
  const store = await readStore(stage);
  const logs = await readLogs(stage);
  const { folders, tools } = await spoolsOf(stage);
  return {
    jobs,
    ...lists,
    refusals: refusals(ledger),
    mails: await readMails(mailFolder(stage.dataDir)),
    faults: ledger.faults,
    hits: hits(ledger, logs),
    repeats: logs.flatMap(({ msg, job_id }) => (msg === MAY_BE_A_DUPLICATE && job_id ? [job_id] : [])),
    keys: store.keys,
    stored: store.jobs,
    videosAreGone: true,
    open: store.open,
    folders,
    processes: tools.map(({ pid, command }) => `process ${pid}: ${command}`),
  };
}

/**
 * Compares the users' lists with the ledger. A job whose 202 got lost, and whose user then gave up, is a job all the
 * same, unless it had to be refused; any other that nobody was told of is a stranger.
 */
async function reconcile(
  users: readonly User[],
  ledger: Ledger,
): Promise<{ strangers: string[]; listed: Set<string> }> {
  const strangers: string[] = [];
  const listed = new Set<string>();
  const byName = new Map(ledger.uploads.map((record) => [record.filename, record]));
  for (const user of users) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, json } = await user.ask('GET', `/jobs?limit=100${query}`, ASK_MS);
      if (status !== 200) throw new Error(`the list of jobs could not be had: ${status}`);
      for (const { id, filename } of json.jobs as { id: string; filename: string }[]) {
        listed.add(id);
        const record = byName.get(filename);
        if (record?.state === 'given up' && !record.plan.refused) {
          record.state = 'accepted';
          record.ids.add(id);
        } else if (!record?.ids.has(id)) {
          strangers.push(
            `job ${id} (${filename}) was never accepted: its upload ${record?.state ?? 'is not ours'}`,
          );
        }
      }
      cursor = json.next_cursor as string | null;
    }
  }
  return { strangers, listed };
}

/** Uploads that were not accepted, though they should have been, or whose refusal was another than it should have been. */
function refusals({ uploads }: Ledger): string[] {
  const refused = uploads.filter(({ state }) => state === 'given up');
  const wrong = refused.filter(({ plan, tries }) => !(plan.refused && tries.at(-1) === '503'));
  return wrong.map(({ filename, tries }) => `the upload of ${filename} was answered ${tries.join(', ')}`);
}

/** Of each kind of fault that leaves a trace: how often it came, and how often there was one. */
function hits({ faults }: Ledger, logs: readonly LogLine[]): Evidence['hits'] {
  return FAULTS.flatMap(({ name, trace }) => {
    const came = faults.filter(({ kind }) => kind === name);
    if (!trace || came.length === 0) return [];
    const hit = came.filter(({ target, from }) =>
      logs.some((line) => line.at >= from && line.at <= from + TRACE_MS && trace(line, target)),
    );
    return [{ kind: name, came: came.length, hit: hit.length }];
  });
}

async function examine(
  record: UploadRecord,
  { users, library, stage }: Witnesses,
  lengths: Map<string, Promise<number>>,
): Promise<JobEvidence> {
  const { plan, filename, email, actions, seen, ids, sha256 } = record;
  const user = users[plan.user] as User;
  const id = idOf(record) as string;
  const { status, json } = await user.ask('GET', `/jobs/${id}`, ASK_MS);
  const job: JobEvidence = {
    ...{ ids: [...ids], filename, email, expects: plan.expects, actions },
    status: status === 404 ? 'gone' : (json?.status as string | undefined),
    code: json?.error?.code as string | undefined,
    seen: [],
  };
  job.seen = seen.at(-1) === job.status || job.status === undefined ? seen : [...seen, job.status];
  if (job.status !== 'done') return job;

  const fault = async (): Promise<string | undefined> => {
    if (json.source.sha256 !== sha256) return 'was made of other bytes than were sent';
    const download = await user.download(`/download/${id}`, ASK_MS);
    if (download.status !== 200) return `is done, and its download answers ${download.status}`;
    const hash = createHash('sha256').update(download.bytes).digest('hex');
    if (hash !== json.mp3.sha256) return 'has another MP3 than its sha256 tells';
    // The same footage with the same options gives the same MP3: it is played once.
    const known = lengths.get(hash) ?? play(join(stage.dataDir, `${hash}.mp3`), download.bytes);
    lengths.set(hash, known);
    const seconds = await known;
    const off = Math.abs(seconds - library.seconds(plan.footage));
    return off < TOLERANCE_SECONDS ? undefined : `has an MP3 of ${seconds} s, ${off.toFixed(2)} s off`;
  };
  const found = await fault().catch((error: Error) => `has an MP3 that does not play: ${error.message}`);
  return found === undefined ? job : { ...job, mp3Fault: found };
}

async function play(path: string, bytes: Buffer): Promise<number> {
  await writeFile(path, bytes);
  return decodedSeconds(path);
}
