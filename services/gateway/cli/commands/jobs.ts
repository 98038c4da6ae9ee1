import { type JobView, STATUSES } from '../../../shared/jobs/job-view.ts';
import { type JobQuery, listJobs } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import { createJobFilter, type WantedJobs } from '../../jobs/job-filter.ts';
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
  synopsis: ['[--limit N | --all] [--status STATUS] [--search TEXT] [--cursor CURSOR]'],
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
          text: [`only jobs in this status: ${STATUSES.join(', ')}`, '(may be repeated)'],
          completes: STATUSES,
        },
        {
          name: 'search',
          short: 's',
          value: 'TEXT',
          text: ['only jobs with this text in the name of their film'],
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
    ['jobs --search zurich', 'also finds Zürich.mp4'],
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
        stderr.write(`There are more: ${moreCommand(input, wanted, cursor, program)}\n`);
      }
      return 0;
    });
  },
};

/** The command that lists the jobs behind a list, or all where there is a filter. */
function moreCommand(
  input: Input,
  { status, search }: WantedJobs,
  cursor: string,
  { invocationOf }: Pick<Program, 'invocationOf'>,
): string {
  const filters = [
    ...status.flatMap((each) => ['--status', each]),
    ...(search === '' ? [] : ['--search', search]),
  ];
  const more = filters.length > 0 ? [...filters, '--all'] : ['--cursor', cursor];
  const kept = [...(filters.length > 0 ? [] : ['limit']), 'url', 'email'].flatMap((name) => {
    const value = textOf(input, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return [invocationOf('jobs'), ...[...more, ...kept].map(shellWord)].join(' ');
}

interface WantedList extends WantedJobs {
  limit: number;
  cursor: string | null;
}

const isStatus = (text: string): text is JobView['status'] => (STATUSES as readonly string[]).includes(text);

/** @throws UsageError */
function readWanted(input: Input): WantedList {
  const limit = textOf(input, 'limit');
  const status = [...new Set(input.values.get('status')?.flatMap((text) => text.split(',')))];
  if (limit !== undefined && isSet(input, 'all')) throw new UsageError('Give --limit or --all, not both.');
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit))
    throw new UsageError(`--limit is a number from 1 to 999999, not ${printable(limit)}.`);
  const unknown = status.find((text) => !isStatus(text));
  if (unknown !== undefined)
    throw new UsageError(`--status is one of ${STATUSES.join(', ')}, not ${printable(unknown)}.`);
  const most = isSet(input, 'all') ? Number.POSITIVE_INFINITY : Number(limit ?? DEFAULT_LIMIT);
  return {
    limit: most,
    status: status.filter(isStatus),
    search: textOf(input, 'search') ?? '',
    cursor: textOf(input, 'cursor') ?? null,
  };
}

/** Asks for pages until there are enough jobs. A page may be short although more jobs follow. */
async function collect(
  session: Session,
  { limit, status, search, cursor: start }: WantedList,
  signal: AbortSignal,
): Promise<{ found: JobView[]; cursor: string | null }> {
  const found: JobView[] = [];
  // A gateway of an older release ignores filters, and a script may delete what is listed.
  const filter = createJobFilter({ status, search });
  let cursor = start;
  do {
    const query: JobQuery = { limit: Math.min(PAGE_SIZE, limit - found.length), cursor, status, search };
    const page = await listJobs(session, query, signal);
    found.push(...page.jobs.filter(filter));
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < limit);
  return { found, cursor };
}
