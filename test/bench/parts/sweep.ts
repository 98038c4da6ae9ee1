import { createJobIndex } from '../../../services/gateway/job-index/job-index.ts';
import { mailRecordKey } from '../../../services/shared/contract/mail-record.ts';
import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import type { Job } from '../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../services/shared/jobs/job-store.ts';
import { updateDocument } from '../../../services/shared/state/documents.ts';
import { done, newJob } from '../../support/job.ts';
import { type Bench, gatewaySidecar, pauseConverter } from '../bench.ts';
import { fill } from '../fill.ts';
import type { Row } from '../report.ts';
import { KEPT_SECONDS, measurePass, NONE_STALLED_MS, type PassCost } from '../sweep-pass.ts';
import { failedList } from './failed-list.ts';

const FULL = { queued: 1_000, finished: 5_000, failed: 100_000 };
const QUICK = { queued: 20, finished: 20, failed: 200 };

function rowOf(name: string, costs: PassCost[]): Row {
  const [first] = costs;
  if (!first) throw new Error('nothing was measured');
  const { calls, keys, bytes, published } = first;
  const note = `${calls} calls, ${keys} keys and ${(bytes / 1e3).toFixed(0)} kB read, ${published} published`;
  return { name, values: costs.map(({ ms }) => ms), unit: 'ms', digits: 0, note };
}

/** Measures a pass of the sweep with jobs that are queued, and with many more that are finished. */
export async function sweep(bench: Bench): Promise<void> {
  const sidecar = gatewaySidecar(bench);
  // No converter may take the jobs, because they have no videos.
  const resume = pauseConverter(bench);
  try {
    await measureAll(sidecar, bench);
  } finally {
    resume();
    await sidecar.close();
  }
}

async function measureAll(sidecar: Sidecar, { runs, isQuick, report, signal }: Bench): Promise<void> {
  const { queued, finished, failed } = isQuick ? QUICK : FULL;
  const expires = { expires_at: new Date(Date.now() + KEPT_SECONDS * 1000).toISOString() };
  const { saveQueued, saveFinished } = createWriters(sidecar.state);
  const measure = async (name: string, stallTimeoutMs: number, count = runs) => {
    const costs: PassCost[] = [];
    for (let run = 0; run < count; run++) costs.push(await measurePass(sidecar, stallTimeoutMs));
    report.row(rowOf(name, costs));
  };
  report.heading('One pass of the sweep, through a sidecar');
  await measure('nothing open', NONE_STALLED_MS);
  report.heading(`The failed index with ${failed} jobs, through a sidecar`);
  const rows = await failedList(sidecar.state, { failed, keptSeconds: KEPT_SECONDS, runs });
  for (const row of rows) report.row(row);
  report.heading('One pass of the sweep, with more jobs');
  await measure(`nothing open, ${failed} failed`, NONE_STALLED_MS);
  await fill(queued, () => saveQueued(newJob(expires)), signal);
  await measure(`${queued} queued, none stalled`, NONE_STALLED_MS);
  await measure(`${queued} queued, all stalled, published`, 0);
  await fill(finished, () => saveFinished(done(expires)), signal);
  await measure(`… and ${finished} finished, being closed`, 0, 1);
  await measure(`… and ${finished} closed, none stalled`, NONE_STALLED_MS);
  await measure(`… and ${finished} closed, all stalled`, 0);
}

function createWriters(state: Sidecar['state']) {
  const jobs = createJobStore(state);
  const index = createJobIndex(state, KEPT_SECONDS);
  const saveQueued = async (job: Job): Promise<void> => {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
  };
  /** Saves a job as it is when its owner has been notified and no sweep has closed it yet. */
  const saveFinished = async (job: Job): Promise<void> => {
    await saveQueued(job);
    const record = { state: 'sent' as const, send: 'one', sends: 1, refusals: 0 };
    const key = mailRecordKey({ job_id: job.id, run: job.generation });
    await updateDocument(state, key, () => record, { ttlSeconds: KEPT_SECONDS });
  };
  return { saveQueued, saveFinished };
}
