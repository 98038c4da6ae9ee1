import { createJobIndex } from '../../../services/gateway/job-index/job-index.ts';
import { createJobCommands } from '../../../services/gateway/jobs/commands.ts';
import { createFailedIndex } from '../../../services/gateway/operator/failed-index.ts';
import { createFailedJobs } from '../../../services/gateway/operator/failed-jobs.ts';
import { createBlobStore } from '../../../services/shared/blobs/blob-store.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import { createLog } from '../../../services/shared/runtime/log.ts';
import type { StateStore } from '../../../services/shared/state/state-store.ts';
import { countingState } from '../../support/counting-state.ts';
import { failed } from '../../support/job.ts';
import type { Row } from '../report.ts';
import { timed } from '../statistics.ts';

const PAGE = 100;
/** A page reads one more job, to know whether there is a next page. */
const SHOWN = PAGE + 1;

/**
 * Adds many jobs to the failed index, and measures what reading them costs. Only the jobs on the first page are stored as well.
 * Returns the rows of the report.
 */
export async function failedList(
  state: StateStore,
  options: { failed: number; keptSeconds: number; runs: number },
): Promise<Row[]> {
  const { keptSeconds, runs } = options;
  const { counted, cost, reset } = countingState(state);
  const jobs = createJobStore(counted);
  const index = createJobIndex(counted, keptSeconds);
  const failedIndex = createFailedIndex(counted, keptSeconds);
  const ports = { jobs, index, blobs: createBlobStore(counted) };
  const changes = createJobCommands({
    ...ports,
    keepVideoMs: 0,
    publishVideo: () => undefined,
    deleteBlobs: () => undefined,
  });
  const list = createFailedJobs({ jobs, failedIndex, commands: changes, log: createLog('bench', 'silent') });

  const expires = { expires_at: new Date(Date.now() + keptSeconds * 1000).toISOString() };
  const all = Array.from({ length: options.failed }, () => failed(expires));
  const byId = new Map(all.map((job) => [job.id, job]));
  const [addSeconds] = await timed(() => failedIndex.add(all));
  const added = cost.calls;

  reset();
  const [readSeconds, parts] = await timed(() => Array.fromAsync(failedIndex.list()));
  const whole = { ...cost };
  const first = parts.flatMap(({ entries }) => entries).slice(0, SHOWN);
  for (const { id } of first) await jobs.create(byId.get(id) ?? failed(expires));

  const pages: number[] = [];
  for (let run = 0; run < runs; run++) {
    reset();
    const [seconds, { jobs: shown }] = await timed(() => list.list({ limit: PAGE, cursor: undefined }));
    if (shown.length !== PAGE) throw new Error(`the page has ${shown.length} jobs`);
    pages.push(seconds * 1000);
  }
  const size = `the largest ${(whole.largest / 1e3).toFixed(0)} kB`;
  return [
    { name: 'add all', values: [addSeconds], unit: 's', note: `${added} calls` },
    {
      ...{ name: 'read the whole index', values: [readSeconds], unit: 's' },
      note: `${whole.calls} calls, ${whole.keys} documents, ${size}`,
    },
    {
      ...{ name: `a page of ${PAGE}`, values: pages, unit: 'ms', digits: 0 },
      note: `${cost.calls} calls, ${cost.keys} keys`,
    },
  ];
}
