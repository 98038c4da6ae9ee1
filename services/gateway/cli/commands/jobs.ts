import { type JobView, STATUSES } from '../../../shared/jobs/job-view.ts';
import { listJobs } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import { withSession } from '../account/with-session.ts';
import { account } from '../convert/flags.ts';
import { UsageError } from '../errors.ts';
import { jobTable } from '../jobs/describe-job.ts';
import type { Command, Program } from '../syntax/command.ts';
import { general, json } from '../syntax/common-flags.ts';
import { type Input, isSet, textOf } from '../syntax/flags.ts';
import { lookOf } from '../terminal/look.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { printable, shellWord } from '../terminal/text.ts';

const DEFAULT_LIMIT = 20;
const PAGE_SIZE = 100;

export const jobs: Command = {
  name: 'jobs',
  summary: 'List my jobs, the newest first',
  synopsis: ['[--limit N | --all] [--status STATUS] [--cursor CURSOR]'],
  details: ['The IDs in the list are long enough for the other commands.'],
  groups: [
    {
      title: 'List',
      flags: [
        { name: 'limit', short: 'n', value: 'N', text: [`at most so many jobs (default: ${DEFAULT_LIMIT})`] },
        { name: 'all', short: 'a', text: ['all jobs'] },
        {
          name: 'status',
          value: 'STATUS',
          text: [`only jobs in this status: ${STATUSES.join(', ')}`],
          completes: STATUSES,
        },
        { name: 'cursor', value: 'CURSOR', text: ['go on behind an earlier list, which tells its cursor'] },
      ],
    },
    general(...account, json),
  ],
  operands: 'nothing',
  examples: [
    ['jobs', `shows the last ${DEFAULT_LIMIT}`],
    ['jobs --all --status failed --json', 'prints all failed jobs for a program'],
  ],
  run(input, program) {
    if (input.operands.length > 0) throw new UsageError('`jobs` lists all jobs. To see one: `show ID`.');
    const wanted = readWanted(input);
    const { stdout, stderr, signal } = program;
    return withSession(input, program, async (session) => {
      const { found, cursor } = await collect(session, wanted, signal);
      if (isSet(input, 'json')) for (const job of found) await printJson(job, stdout);
      else if (found.length === 0) await printText(['There are no jobs.'], stdout);
      else await printText(jobTable(found, lookOf(program)), stdout);
      if (cursor !== null && !isSet(input, 'json')) {
        stderr.write(`There are more: ${moreCommand(input, wanted.status, cursor, program)}\n`);
      }
      return 0;
    });
  },
};

/** The command that lists the jobs behind a list, or all where a cursor would leave some out. */
function moreCommand(
  input: Input,
  status: string | undefined,
  cursor: string,
  { invocationOf }: Pick<Program, 'invocationOf'>,
): string {
  const more = status ? ['--status', status, '--all'] : ['--cursor', cursor];
  const kept = [...(status ? [] : ['limit']), 'url', 'email'].flatMap((name) => {
    const value = textOf(input, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return [invocationOf('jobs'), ...[...more, ...kept].map(shellWord)].join(' ');
}

interface WantedJobs {
  limit: number;
  status: string | undefined;
  cursor: string | null;
}

/** @throws UsageError */
function readWanted(input: Input): WantedJobs {
  const limit = textOf(input, 'limit');
  const status = textOf(input, 'status');
  if (limit !== undefined && isSet(input, 'all')) throw new UsageError('Give --limit or --all, not both.');
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit))
    throw new UsageError(`--limit is a number from 1 to 999999, not ${printable(limit)}.`);
  if (status !== undefined && !(STATUSES as readonly string[]).includes(status))
    throw new UsageError(`--status is one of ${STATUSES.join(', ')}, not ${printable(status)}.`);
  const most = isSet(input, 'all') ? Number.POSITIVE_INFINITY : Number(limit ?? DEFAULT_LIMIT);
  return { limit: most, status, cursor: textOf(input, 'cursor') ?? null };
}

/**
 * Asks for pages until there are enough jobs. A page may be short although more jobs follow. With a status, the
 * cursor only tells whether there is more: it is that behind the last page, some of whose jobs may be too many.
 */
async function collect(
  session: Session,
  { limit, status, cursor: start }: WantedJobs,
  signal: AbortSignal,
): Promise<{ found: JobView[]; cursor: string | null }> {
  const found: JobView[] = [];
  let cursor = start;
  do {
    // With a status, a page may hold no job that counts, so a whole one is asked for. Some of its jobs may be too many.
    const missing = limit - found.length;
    const page = await listJobs(
      session,
      { limit: Math.min(PAGE_SIZE, status ? PAGE_SIZE : missing), cursor },
      signal,
    );
    found.push(...page.jobs.filter((job) => status === undefined || job.status === status));
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < limit);
  return { found: found.slice(0, limit), cursor: cursor ?? (found.length > limit ? '' : null) };
}
