import { isFinalStatus as isFinalJobStatus } from '../../services/shared/jobs/job.ts';
import { type Action, type ENDS, type FaultRecord, isFinalStatus } from '../chaos/history.ts';
import { expectedEnd } from './expected-outcome.ts';
import type { MailEvidence } from './mails.ts';
import { isEnded, type StoredJob } from './store-content.ts';

/** What became of one accepted upload. */
export interface JobEvidence {
  ids: string[];
  filename: string;
  email: string;
  /** `done`, or the error code of a job that must fail. */
  expects: string;
  actions: Action[];
  /** Statuses and actions in the order in which they were seen. */
  seen: string[];
  /** By the public API, last; `gone` is a 404, undefined is no answer. */
  status: string | undefined;
  code: string | undefined;
  /** What is wrong with its MP3, if it should have one. */
  mp3Fault?: string;
}

export interface Evidence {
  jobs: JobEvidence[];
  /** Jobs of which no upload knows. */
  strangers: string[];
  /** Ids of all jobs in the lists of all users. */
  listed: ReadonlySet<string>;
  /** Uploads that were answered wrongly. */
  refusals: string[];
  mails: MailEvidence[];
  faults: FaultRecord[];
  /** Of each kind of fault that the services tell of where it hits something: how often it came, and did. */
  hits: { kind: string; came: number; hit: number }[];
  /** Jobs of which notification says that it mails once more what may have gone out; one entry for each such mail. */
  repeats: string[];
  keys: string[];
  stored: StoredJob[];
  open: string[];
  folders: string[];
  processes: string[];
  /** The system has had the time to delete the videos of jobs that are done. */
  videosAreGone?: boolean;
}

export interface Verdict {
  ends: Partial<Record<(typeof ENDS)[number], number>>;
  lost: string[];
  wrong: string[];
  gaveUp: string[];
  lostMails: string[];
  explained: string[];
  unexplained: string[];
  orphans: string[];
  leftovers: string[];
}

/** So many of a kind that never hit anything show nothing. */
const MUST_HIT = 4;
/** Between what the sink sees of a send and what the service does before and after it, ms. */
const SEND_SLACK_MS = 2_000;
const KILLS_A_SEND = ['notification', 'notification.daprd', 'mail'];

export const passed = ({ ends: _ends, explained: _explained, ...findings }: Verdict): boolean =>
  Object.values(findings).every((found) => found.length === 0);

export function judge(evidence: Evidence): Verdict {
  const verdict: Verdict = {
    ...{ ends: {}, lost: [], wrong: [], gaveUp: [], lostMails: [], explained: [], unexplained: [] },
    ...{ orphans: orphanKeys(evidence), leftovers: [...evidence.folders, ...evidence.processes] },
  };
  verdict.wrong.push(...evidence.strangers, ...evidence.refusals);
  if (evidence.jobs.length === 0) verdict.wrong.push('no job was accepted: nothing is shown');
  for (const { kind, came, hit } of evidence.hits)
    if (came >= MUST_HIT && hit === 0)
      verdict.wrong.push(`«${kind}» came ${came} times and hit nothing, as far as the logs tell`);
  for (const job of evidence.jobs) {
    judgeEnd(job, evidence, verdict);
    judgeMails(job, evidence, verdict);
  }
  const known = new Set(evidence.jobs.map(({ filename }) => filename));
  for (const { filename, to } of evidence.mails)
    if (!known.has(filename))
      verdict.wrong.push(`a mail to ${to} about ${filename || 'nothing'}, which was never accepted`);
  // Each once, though users, store and index may all tell of it.
  const toldOf = (id: string) => verdict.lost.some((finding) => finding.includes(id));
  const ids = new Set(evidence.jobs.flatMap((job) => job.ids));
  for (const job of evidence.stored) {
    const { id, status } = job;
    if (!isEnded(job) && !toldOf(id)) verdict.lost.push(`job ${id} is still ${status} in the store`);
    if (
      isFinalJobStatus(job.status) &&
      !ids.has(id) &&
      !evidence.strangers.some((finding) => finding.includes(id))
    )
      verdict.wrong.push(`job ${id} is ${status} in the store, and nobody was told of it`);
  }
  for (const id of evidence.open)
    if (!toldOf(id)) verdict.lost.push(`job ${id} is still in the index of open jobs`);
  return verdict;
}

const nameOf = ({ ids, filename }: JobEvidence): string => `job ${ids.join(' and ')} (${filename})`;

function judgeEnd(job: JobEvidence, { stored, keys, listed }: Evidence, verdict: Verdict): void {
  const { status = 'without an answer', code, expects, actions, ids, mp3Fault } = job;
  const name = nameOf(job);
  const wrong = (what: string) => void verdict.wrong.push(`${name} ${what}`);
  for (const { name: asked, answer } of actions) {
    if (answer === 'none') wrong(`never said what became of ${asked}`);
    if (typeof answer === 'number' && answer >= 300 && answer !== 409)
      wrong(`answered ${answer} to ${asked}`);
  }
  if (ids.length > 1) wrong('was accepted more than once under one key');
  const natural = expects === 'done' ? 'done' : 'failed';
  const { statuses } = expectedEnd(natural, actions);
  if (!isFinalStatus(status) || (status === 'gone' && !statuses.has('gone'))) {
    verdict.lost.push(`${name} is ${status}`);
    return;
  }
  verdict.ends[status] = (verdict.ends[status] ?? 0) + 1;
  if (status !== 'gone' && !ids.some((id) => listed.has(id))) wrong('is in no list of jobs');
  if (status === 'failed' && code === 'gave_up') {
    verdict.gaveUp.push(name);
    return;
  }
  if (!statuses.has(status))
    wrong(`is ${status}${code ? ` (${code})` : ''} instead of ${[...statuses].join(' or ')}`);
  else if (status === 'failed' && code !== expects) wrong(`failed with ${code} instead of ${expects}`);
  const changed = changedEnd(job.seen);
  if (changed) wrong(`was ${changed} though nobody asked for it`);
  if (status !== 'done') return;
  if (mp3Fault) wrong(mp3Fault);
  const audio = stored.find(({ id }) => id === ids[0])?.audio;
  if (!keys.includes(`blob:${audio}`)) wrong('is done and has no MP3 in the store');
}

/** A final status that turned into another one without an action between the two. */
function changedEnd(seen: readonly string[]): string | undefined {
  const at = seen.findIndex(
    (status, index) => index > 0 && isFinalStatus(seen[index - 1]) && !isAction(status),
  );
  return at < 0 ? undefined : `${seen[at - 1]} and then ${seen[at]}`;
}

const isAction = (entry: string): boolean => ['cancel', 'retry', 'delete'].includes(entry);

function judgeMails(job: JobEvidence, { mails, faults, repeats }: Evidence, verdict: Verdict): void {
  const name = nameOf(job);
  const natural = job.status === 'failed' || job.expects !== 'done' ? 'failed' : 'done';
  const { least, most } = expectedEnd(natural, job.actions).mails;
  const about = mails.filter(({ filename }) => filename === job.filename);
  for (const { to, linked, outcome } of about) {
    if (to !== job.email) verdict.wrong.push(`${name}: its mail went to ${to}`);
    if (outcome !== natural) verdict.wrong.push(`${name}: a mail says ${outcome}`);
    if (outcome === 'done' && !job.ids.includes(linked ?? ''))
      verdict.wrong.push(`${name}: its mail links to ${linked}`);
  }
  if (about.length < least) verdict.lostMails.push(`${name}: ${about.length} mails of ${least}`);
  const told = repeats.filter((id) => job.ids.includes(id)).length;
  // One for each outcome at most, and only what notification itself has told of.
  const excused = Math.min(told, Math.max(1, most));
  const causes = about
    .slice(0, -1)
    .flatMap((mail) => killWithin(mail, faults) ?? [])
    .slice(0, excused);
  const repeated = about.slice(Math.max(1, most));
  for (const [index, { storedAt }] of repeated.entries()) {
    const cause = causes[index];
    if (cause) verdict.explained.push(`${name}: ${cause}`);
    else verdict.unexplained.push(`${name}: one more mail at ${new Date(storedAt).toISOString()}`);
  }
  if (most === 0 && about.length > 0)
    verdict.unexplained.push(`${name}: a mail, though there is nothing to tell`);
}

/** The kill that hit the sending of a mail, so that it could not be known whether it had gone out. */
function killWithin(
  { openedAt, storedAt }: MailEvidence,
  faults: readonly FaultRecord[],
): string | undefined {
  const hit = faults.find(
    ({ target, from }) =>
      KILLS_A_SEND.includes(target) && from >= openedAt - SEND_SLACK_MS && from <= storedAt + SEND_SLACK_MS,
  );
  return hit && `fault ${hit.number}, ${hit.kind}`;
}

/**
 * Chunks and manifests that are neither the video nor the MP3 of a job that there is. A job that is done may have a video or
 * not, unless the videos of such jobs had to be deleted by now.
 */
export function orphanKeys({
  keys,
  stored,
  videosAreGone = false,
}: Pick<Evidence, 'keys' | 'stored' | 'videosAreGone'>): string[] {
  const live = stored.filter(({ status }) => status !== 'deleted');
  const owned = new Set(
    live.flatMap(({ status, video, audio }) =>
      videosAreGone && status === 'done' ? [audio] : [video, audio],
    ),
  );
  return keys.filter((key) => {
    const blob = blobOf(key);
    return blob !== undefined && !owned.has(blob);
  });
}

/** The blob whose manifest or chunk is under a key. */
export const blobOf = (key: string): string | undefined => /^(?:blob|chunk):([^:]+)/.exec(key)?.[1];
