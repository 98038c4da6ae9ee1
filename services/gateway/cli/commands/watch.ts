import { isFinalStatus } from '../../../shared/jobs/job.ts';
import type { JobView } from '../../../shared/jobs/job-view.ts';
import { listJobs } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import { watchJob } from '../../client/watch-job.ts';
import { withSession } from '../account/with-session.ts';
import { attempt } from '../convert/attempt.ts';
import { progressOf } from '../convert/await-and-save.ts';
import { account, printing } from '../convert/flags.ts';
import { CommandError, toErrorDocument, UsageError } from '../errors.ts';
import { stateOf } from '../jobs/describe-job.ts';
import { resolveIds } from '../jobs/resolve-id.ts';
import type { Command, Program } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';
import { type Input, isSet } from '../syntax/flags.ts';
import { printJson } from '../terminal/print-json.ts';
import { createStderrReporter } from '../terminal/stderr-reporter.ts';
import { printable } from '../terminal/text.ts';

const PAGE_SIZE = 100;
/** A gateway limits the event streams of one user. */
const MAX_WATCHED = 24;

export const watch: Command = {
  name: 'watch',
  summary: 'Follow jobs until they have ended',
  synopsis: ['ID...|all'],
  details: [
    '`all` means all jobs that have not ended yet.',
    'Ctrl-C ends the watching, and not the jobs.',
    'With --json, each change of a job is a line.',
  ],
  groups: [general(...account, ...printing)],
  operands: 'jobs',
  examples: [
    ['watch 5f3a9c1e', 'shows the progress of a job'],
    ['watch all --json', 'prints each change for a program'],
  ],
  async run(input, program) {
    if (input.operands.length === 0) throw new UsageError('Which job? `jobs` lists them; `all` means all.');
    return withSession(input, program, async (session) => {
      const ids = input.operands.includes('all')
        ? await unfinished(session, program.signal)
        : await resolveIds(session, input.operands, program.signal);
      return watchEach(ids, session, input, program);
    });
  },
};

async function unfinished(session: Session, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listJobs>> = await listJobs(
      session,
      { limit: PAGE_SIZE, cursor },
      signal,
    );
    ids.push(...page.jobs.filter(({ status }) => !isFinalStatus(status)).map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return ids;
}

async function watchEach(
  ids: readonly string[],
  session: Session,
  input: Input,
  program: Program,
): Promise<number> {
  const reporter = createStderrReporter(program, isSet(input, 'quiet'));
  if (ids.length === 0) reporter.info('No job is under way.');
  const queue = ids.values();
  let failures = 0;
  const worker = async () => {
    for (const id of queue) {
      const line = reporter.line();
      if (!(await watchOne(id, session, isSet(input, 'json'), { ...program, reporter: line }))) failures += 1;
      line.settle();
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_WATCHED, ids.length) }, worker));
  return failures === 0 ? 0 : 1;
}

function watchOne(
  id: string,
  session: Session,
  isJson: boolean,
  { reporter, ...ports }: Program & { reporter: ReturnType<ReturnType<typeof createStderrReporter>['line']> },
): Promise<boolean> {
  const { clock, signal, stdout } = ports;
  let last = '';
  const printed: Promise<void>[] = [];
  const onFailure = async (error: unknown) => {
    if (isJson && last === '') await printJson({ ...toErrorDocument(error), id }, stdout);
  };
  return attempt(id, { signal, reporter, onFailure }, async () => {
    let show: ReturnType<typeof reporter.progress> | undefined;
    const onChange = (job: JobView) => {
      show ??= reporter.progress(printable(job.filename));
      show(...progressOf(job));
      // The same state may come again, after a connection was lost.
      if (isJson && last !== JSON.stringify(job)) printed.push(printJson(job, stdout));
      last = JSON.stringify(job);
    };
    const job = await watchJob(session, id, { clock, signal, onChange });
    await Promise.all(printed);
    if (job.status === 'failed' || job.status === 'cancelled') {
      throw new CommandError(job.error ? printable(job.error.detail) : `the job is ${job.status}.`);
    }
    reporter.success(`${printable(job.filename)}  ${stateOf(job)}  job ${id}`);
  });
}
