import { isFinalStatus } from '../../services/shared/jobs/job.ts';
import type { Evidence } from './evidence.ts';
import { judgeJob } from './judge-job.ts';
import { judgeMails } from './judge-mails.ts';
import { orphanKeys } from './orphan-keys.ts';
import { isEnded } from './store-content.ts';
import { emptyVerdict, type Verdict } from './verdict.ts';

/** If this many faults of a kind hit nothing, the run proves nothing about that kind. */
const MUST_HIT = 4;

/** Compares what a system did with what it promises. */
export function judge(evidence: Evidence): Verdict {
  const verdict = emptyVerdict();
  verdict.orphans.push(...orphanKeys(evidence));
  verdict.leftovers.push(...evidence.folders, ...evidence.processes);
  verdict.wrong.push(...evidence.unknownJobs, ...evidence.wrongRefusals);
  if (evidence.jobs.length === 0) verdict.wrong.push('no job was accepted, so the run proves nothing');
  for (const { kind, injected, effective } of evidence.faultEffects)
    if (injected >= MUST_HIT && effective === 0)
      verdict.wrong.push(`«${kind}» was injected ${injected} times and, by the logs, never hit anything`);
  for (const job of evidence.jobs) {
    judgeJob(job, evidence, verdict);
    judgeMails(job, evidence, verdict);
  }
  judgeUnexpectedMails(evidence, verdict);
  judgeStore(evidence, verdict);
  return verdict;
}

function judgeUnexpectedMails({ jobs, mails }: Evidence, verdict: Verdict): void {
  const known = new Set(jobs.map(({ filename }) => filename));
  for (const { filename, to } of mails)
    if (!known.has(filename))
      verdict.wrong.push(`a mail to ${to} is about ${filename || 'no file'}, which was never accepted`);
}

/** Reports a job once only, although user, store and index may all show that it is lost. */
function judgeStore({ jobs, stored, open, unknownJobs }: Evidence, verdict: Verdict): void {
  const isReported = (id: string) => verdict.lost.some((finding) => finding.includes(id));
  const knownIds = new Set(jobs.flatMap(({ ids }) => ids));
  for (const job of stored) {
    const { id, status } = job;
    if (!isEnded(job) && !isReported(id)) verdict.lost.push(`job ${id} is still ${status} in the store`);
    const isUnknown = !knownIds.has(id) && !unknownJobs.some((finding) => finding.includes(id));
    if (isFinalStatus(status) && isUnknown)
      verdict.wrong.push(`job ${id} is ${status} in the store, and no user was told about it`);
  }
  for (const id of open)
    if (!isReported(id)) verdict.lost.push(`job ${id} is still in the index of active jobs`);
}
