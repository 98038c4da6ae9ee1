import { isJobId } from '../../../shared/jobs/job.ts';
import { encodeDocument } from '../../../shared/state/state-store.ts';
import { messageOf, Problem } from '../convert/failure.ts';
import { printable } from '../convert/format.ts';
import type { Command } from './command-line.ts';
import type { DeadLetters } from './dead-letters.ts';
import { tableOf } from './table.ts';

export interface Output {
  out: (line: string) => void;
  err: (line: string) => void;
}

/** Runs one command. @returns the number of jobs that failed; each failure was reported */
export async function run(
  command: Exclude<Command, { kind: 'help' }>,
  deadLetters: DeadLetters,
  { out, err }: Output,
): Promise<number> {
  if (command.kind === 'list') {
    const jobs = await Array.fromAsync(deadLetters.list());
    // Prints only ASCII of untrusted texts.
    if (command.json) out(`[${jobs.map((job) => `\n${encodeDocument(job)}`).join(',')}\n]`);
    else if (jobs.length === 0) out('No job has failed.');
    else for (const line of tableOf(jobs)) out(line);
    return 0;
  }

  const { kind } = command;
  const ids = command.ids === 'all' ? await allIds(deadLetters) : command.ids;
  // A missing permission is reported once, and not for each job.
  await deadLetters.list().next();
  if (ids.length === 0) out('No job has failed.');
  let failures = 0;
  for (const id of ids) {
    try {
      if (!isJobId(id)) throw new Problem('that is no job’s ID', { status: 404, code: 'not_found' });
      await deadLetters[kind](id);
      out(`${id}  ${kind === 'retry' ? 'is converted again' : 'deleted'}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failures += 1;
      err(`${printable(id)}  ${messageOf(error)}`);
    }
  }
  return failures;
}

const allIds = async (deadLetters: DeadLetters): Promise<string[]> =>
  (await Array.fromAsync(deadLetters.list())).map(({ id }) => id);
