import { isJobId } from '../../../shared/jobs/job.ts';
import { encodeDocument } from '../../../shared/state/state-store.ts';
import type { FailedJobsApi } from '../../client/failed-jobs.ts';
import { isProblem, ProblemError } from '../../client/http/errors.ts';
import type { FailedJobView } from '../../operator/failed-job-view.ts';
import { CommandError, messageOf } from '../errors.ts';
import { printable } from '../terminal/text.ts';
import type { FailedCommand } from './command-line.ts';
import { formatTable } from './table.ts';

export interface Output {
  out: (line: string) => void;
  err: (line: string) => void;
  /** Whether a list as JSON has one object a line. Otherwise it is one array. */
  isLines?: boolean;
}

/**
 * Runs one command. Returns the number of jobs that could not be changed, each of which was reported.
 * @throws CommandError
 */
export async function run(command: FailedCommand, api: FailedJobsApi, output: Output): Promise<number> {
  try {
    // Lists first in any case: a wrong token is then reported once, and not for each job.
    if (command.kind === 'list') return print(await collect(api.list()), command.json, output);
    const ids = command.ids === 'all' ? await allIds(api) : command.ids;
    await api.list().next();
    return await changeEach(command.kind, ids, api, output);
  } catch (error) {
    throw withAdvice(error, command.url);
  }
}

function print(jobs: FailedJobView[], json: boolean, { out, isLines }: Output): number {
  // The encoded form is printable ASCII: the texts come from users, and must not control the terminal.
  if (json && isLines) for (const job of jobs) out(encodeDocument(job));
  else if (json) out(`[${jobs.map((job) => `\n${encodeDocument(job)}`).join(',')}\n]`);
  else if (jobs.length === 0) out('No job has failed.');
  else for (const line of formatTable(jobs)) out(line);
  return 0;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const allIds = async (api: FailedJobsApi): Promise<string[]> =>
  (await collect(api.list())).map(({ id }) => id);

async function changeEach(
  kind: 'retry' | 'drop',
  ids: string[],
  api: FailedJobsApi,
  { out, err }: Output,
): Promise<number> {
  if (ids.length === 0) out('No job has failed.');
  let failures = 0;
  for (const id of ids) {
    try {
      if (!isJobId(id))
        throw new ProblemError('this is not the ID of a job', { status: 404, code: 'not_found' });
      await api[kind](id);
      out(`${id}  ${kind === 'retry' ? 'is converted again' : 'deleted'}`);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code === 'invalid_token') throw error;
      failures += 1;
      err(`${printable(id)}  ${messageOf(error)}`);
    }
  }
  return failures;
}

/** Says what to do about a token that is wrong, or that the gateway was started without. */
function withAdvice(cause: unknown, url: string): unknown {
  if (isProblem(cause, 'invalid_token')) {
    return new CommandError(
      `The gateway at ${url} has another OPERATOR_TOKEN. Is it the system of this folder? ` +
        'If not, set MP3CONVERTER_OPERATOR_TOKEN to its token.',
      { cause },
    );
  }
  // Only the list throws this. For a single job, the error was reported with the job's id.
  if (isProblem(cause, 'not_found')) {
    return new CommandError(`The gateway at ${url} has no OPERATOR_TOKEN: start it with one to operate it.`, {
      cause,
    });
  }
  return cause;
}
