import type { Evidence } from '../../verdict/evidence.ts';
import type { History } from '../history.ts';
import type { User } from '../load/user.ts';

const ASK_MS = 30_000;

interface ListedJob {
  id: string;
  filename: string;
}

/**
 * Compares the users' lists of jobs with the history. If the 202 of an upload got lost and its user gave up, the job exists all
 * the same, so the upload becomes an accepted one, unless it had to be refused. Any other job that no user was told about
 * is a finding.
 */
export async function compareJobLists(
  users: readonly User[],
  { uploads }: History,
): Promise<Pick<Evidence, 'unknownJobs' | 'listedIds'>> {
  const unknownJobs: string[] = [];
  const listedIds = new Set<string>();
  const byName = new Map(uploads.map((record) => [record.filename, record]));
  for (const user of users) {
    for await (const { id, filename } of listJobs(user)) {
      listedIds.add(id);
      const record = byName.get(filename);
      if (record?.state === 'given up' && !record.plan.refused) {
        record.state = 'accepted';
        record.ids.add(id);
      } else if (!record?.ids.has(id)) {
        const state = record ? `its upload was ${record.state}` : 'it is not from this run';
        unknownJobs.push(`job ${id} (${filename}) was never accepted: ${state}`);
      }
    }
  }
  return { unknownJobs, listedIds };
}

/** All pages of a user's list of jobs. */
async function* listJobs(user: User): AsyncGenerator<ListedJob> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, json } = await user.ask('GET', `/jobs?limit=100${query}`, ASK_MS);
    if (status !== 200) throw new Error(`the list of jobs was answered with ${status}`);
    yield* json.jobs as ListedJob[];
    cursor = json.next_cursor as string | null;
  }
}
