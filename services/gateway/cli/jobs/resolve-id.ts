import { isJobId } from '../../../shared/jobs/job.ts';
import { listJobs } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import { CommandError, UsageError } from '../errors.ts';
import { printable } from '../terminal/text.ts';

/** The beginning of an ID has at least so many characters. */
const MIN_LENGTH = 4;
/** The jobs among which the beginning of an ID is looked up: the newest ones. */
const PAGES = 10;
const PAGE_SIZE = 100;
/** Jobs that an error lists. */
const MAX_LISTED = 5;

/** Completes the beginnings of IDs. @throws UsageError, CommandError where a beginning is that of no job, or of several */
export async function resolveIds(
  session: Session,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const wanted = texts.map(checkedText);
  if (wanted.every(isJobId)) return [...new Set(wanted)];
  const newest = await listNewest(session, signal);
  return [...new Set(wanted.map((text) => (isJobId(text) ? text : find(text, newest))))];
}

function checkedText(text: string): string {
  const lower = text.toLowerCase();
  if (!/^[\da-f-]+$/.test(lower) || lower.length > 36) {
    throw new UsageError(`${printable(text)} is not the ID of a job. \`jobs\` lists them.`);
  }
  if (lower.length < MIN_LENGTH) {
    throw new UsageError(`${lower} is too short: give at least ${MIN_LENGTH} characters of the ID.`);
  }
  return lower;
}

function find(beginning: string, jobs: readonly { id: string; filename: string }[]): string {
  const [first, ...others] = jobs.filter(({ id }) => id.startsWith(beginning));
  if (!first) throw new CommandError(`No job has an ID that begins with ${beginning}. \`jobs\` lists them.`);
  if (others.length === 0) return first.id;
  const listed = [first, ...others]
    .slice(0, MAX_LISTED)
    .map(({ id, filename }) => `  ${id}  ${printable(filename)}`);
  throw new CommandError(
    `${others.length + 1} jobs have an ID that begins with ${beginning}:\n${listed.join('\n')}`,
  );
}

async function listNewest(
  session: Session,
  signal: AbortSignal,
): Promise<{ id: string; filename: string }[]> {
  const found: { id: string; filename: string }[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const { jobs, next_cursor } = await listJobs(session, { limit: PAGE_SIZE, cursor }, signal);
    found.push(...jobs);
    cursor = next_cursor;
    if (cursor === null) break;
  }
  return found;
}
