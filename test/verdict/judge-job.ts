import { type Evidence, isFinalState, type JobEvidence } from './evidence.ts';
import { expectedOutcome } from './expected-outcome.ts';
import type { Verdict } from './verdict.ts';

/** How findings name a job. */
export const nameOf = ({ ids, filename }: JobEvidence): string => `job ${ids.join(' and ')} (${filename})`;

/** Judges the final state of one job, the answers to its user's actions, and its MP3. */
export function judgeJob(job: JobEvidence, evidence: Evidence, verdict: Verdict): void {
  const name = nameOf(job);
  for (const fault of answerFaults(job)) verdict.wrong.push(`${name} ${fault}`);
  if (job.ids.length > 1) verdict.wrong.push(`${name} was accepted more than once under one key`);
  const { statuses } = expectedOutcome(job.expects === 'done' ? 'done' : 'failed', job.actions);
  const { status = 'without an answer' } = job;
  if (!isFinalState(status) || (status === 'gone' && !statuses.has('gone'))) {
    verdict.lost.push(`${name} is ${status}`);
    return;
  }
  verdict.finalStates[status] = (verdict.finalStates[status] ?? 0) + 1;
  if (status !== 'gone' && !job.ids.some((id) => evidence.listedIds.has(id)))
    verdict.wrong.push(`${name} is in no list of jobs`);
  if (status === 'failed' && job.code === 'gave_up') {
    verdict.gaveUp.push(name);
    return;
  }
  for (const fault of [...stateFaults(job, status, statuses), ...mp3Faults(job, evidence)])
    verdict.wrong.push(`${name} ${fault}`);
}

function answerFaults({ actions }: JobEvidence): string[] {
  return actions.flatMap(({ name, answer }) => {
    if (answer === 'none') return [`never told the outcome of ${name}`];
    const isWrong = typeof answer === 'number' && answer >= 300 && answer !== 409;
    return isWrong ? [`answered ${answer} to ${name}`] : [];
  });
}

function stateFaults({ code, expects, seen }: JobEvidence, status: string, expected: Set<string>): string[] {
  const faults: string[] = [];
  if (!expected.has(status))
    faults.push(`is ${status}${code ? ` (${code})` : ''} instead of ${[...expected].join(' or ')}`);
  else if (status === 'failed' && code !== expects) faults.push(`failed with ${code} instead of ${expects}`);
  const change = changeOfFinalState(seen);
  if (change) faults.push(`was ${change} although nobody asked for it`);
  return faults;
}

function mp3Faults({ status, mp3Fault, ids }: JobEvidence, { stored, keys }: Evidence): string[] {
  if (status !== 'done') return [];
  const mp3BlobId = stored.find(({ id }) => id === ids[0])?.audio;
  const isStored = keys.includes(`blob:${mp3BlobId}`);
  return [...(mp3Fault ? [mp3Fault] : []), ...(isStored ? [] : ['is done and has no MP3 in the store'])];
}

/** A final state that became another one without an action between the two. */
function changeOfFinalState(seen: readonly string[]): string | undefined {
  const at = seen.findIndex((entry, index) => index > 0 && isFinalState(seen[index - 1]) && !isAction(entry));
  return at < 0 ? undefined : `${seen[at - 1]} and then ${seen[at]}`;
}

const isAction = (entry: string): boolean => ['cancel', 'retry', 'delete'].includes(entry);
