import type { Evidence, FaultRecord, JobEvidence } from './evidence.ts';
import { expectedOutcome } from './expected-outcome.ts';
import { nameOf } from './judge-job.ts';
import type { MailEvidence } from './mails.ts';
import type { Verdict } from './verdict.ts';

/** ms by which the mail server's times and those of a kill may differ when both are about the same send. */
const SEND_SLACK_MS = 2_000;
/** If one of these is killed, notification cannot know whether the mail went out. */
const PARTS_OF_A_SEND = ['notification', 'notification.daprd', 'mail'];

/** Judges the mails about one job: recipient, outcome, link and number. */
export function judgeMails(job: JobEvidence, evidence: Evidence, verdict: Verdict): void {
  const name = nameOf(job);
  const natural = job.status === 'failed' || job.expects !== 'done' ? 'failed' : 'done';
  const { least, most } = expectedOutcome(natural, job.actions).mails;
  const mails = evidence.mails.filter(({ filename }) => filename === job.filename);
  for (const mail of mails)
    for (const fault of contentFaults(mail, job, natural)) verdict.wrong.push(`${name}: ${fault}`);
  if (mails.length < least) verdict.lostMails.push(`${name}: ${mails.length} mails instead of ${least}`);
  judgeDuplicates({ job, mails, most }, evidence, verdict);
  if (most === 0 && mails.length > 0)
    verdict.unexplained.push(`${name}: there is a mail, although there is no outcome to report`);
}

function contentFaults(
  { to, linkedJobId, outcome }: MailEvidence,
  { email, ids }: JobEvidence,
  natural: string,
): string[] {
  const faults: string[] = [];
  if (to !== email) faults.push(`its mail went to ${to}`);
  if (outcome !== natural) faults.push(`a mail says ${outcome}`);
  if (outcome === 'done' && !ids.includes(linkedJobId ?? '')) faults.push(`its mail links to ${linkedJobId}`);
  return faults;
}

/** A duplicate is explained if a kill hit the send before it, and notification has logged that it might be a duplicate. */
function judgeDuplicates(
  { job, mails, most }: { job: JobEvidence; mails: MailEvidence[]; most: number },
  { announcedRepeats, faults }: Evidence,
  verdict: Verdict,
): void {
  const announced = announcedRepeats.filter((id) => job.ids.includes(id)).length;
  // At most one duplicate for each outcome can be explained.
  const excused = Math.min(announced, Math.max(1, most));
  const kills = mails
    .slice(0, -1)
    .flatMap((mail) => killDuring(mail, faults) ?? [])
    .slice(0, excused);
  for (const [index, { storedAt }] of mails.slice(Math.max(1, most)).entries()) {
    const kill = kills[index];
    if (kill) verdict.explained.push(`${nameOf(job)}: fault ${kill.number}, ${kill.kind}`);
    else
      verdict.unexplained.push(
        `${nameOf(job)}: a duplicate mail came at ${new Date(storedAt).toISOString()}`,
      );
  }
}

/** The kill that hit the send of a mail, after which nobody could know whether the mail went out. */
const killDuring = (
  { openedAt, storedAt }: MailEvidence,
  faults: readonly FaultRecord[],
): FaultRecord | undefined =>
  faults.find(
    ({ target, from }) =>
      PARTS_OF_A_SEND.includes(target) &&
      from >= openedAt - SEND_SLACK_MS &&
      from <= storedAt + SEND_SLACK_MS,
  );
