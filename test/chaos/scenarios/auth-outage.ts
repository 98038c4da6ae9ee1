import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../support/wait.ts';
import { isFinalState } from '../../verdict/evidence.ts';
import type { ScenarioContext } from '../experiment.ts';
import type { Outage } from '../faults/outage.ts';
import { idOf } from '../history.ts';
import { plainUpload } from '../load/upload-plan.ts';

const PAUSE_MS = 10_000;

/** Access tokens must be valid for longer than the outage, because this scenario is about the keys of auth. */
export const AUTH_OUTAGE_TOKEN_SECONDS = 3600;
/** This is longer than the gateway uses the keys of auth without asking for them again (services/gateway/accounts/auth-keys.ts). */
export const AUTH_OUTAGE_SECONDS = 330;

/** While auth is down, users who are logged in can upload, convert and download. The verdict checks that each gets its mail. */
export async function authOutage(context: ScenarioContext, outage: Outage, seconds: number): Promise<void> {
  const { users, settle, check, report, signal } = context;
  await Promise.all(users.map((user) => user.ask('GET', '/jobs?limit=1', 60_000)));
  report(`auth ${outage.name}, for ${seconds} s …`);
  const counts: Record<string, number> = {};
  await outage.begin();
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      for (const result of await uploadAndDownload(context)) counts[result] = (counts[result] ?? 0) + 1;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } finally {
    await outage.end();
  }
  await settle();
  const results = Object.entries(counts).map(([result, count]) => `${count} × ${result}`);
  check(
    allSucceeded(counts),
    `auth ${outage.name}, for ${seconds} s: ${results.join(', ')} (expected equal numbers of upload 202, job done and download 200, and nothing else)`,
  );
}

/** Whether there was an upload, and each upload was accepted, converted and downloaded. `counts` has the number of each result. */
export function allSucceeded(counts: Record<string, number>): boolean {
  const { 'upload 202': accepted = 0, 'job done': done, 'download 200': downloaded, ...others } = counts;
  return accepted > 0 && done === accepted && downloaded === accepted && Object.keys(others).length === 0;
}

/** Makes one upload, waits for its conversion, and downloads the MP3. Returns the result of each step. */
async function uploadAndDownload({ history, load, users }: ScenarioContext): Promise<string[]> {
  const plan = plainUpload(load.nextPlan());
  await load.carryOut(plan);
  const record = history.uploads.at(-1);
  const user = users[plan.user];
  const id = record && idOf(record);
  const uploads = (record?.attempts ?? []).map((result) => `upload ${result}`);
  if (!user || id === undefined) return uploads;
  const job = await waitFor(`job ${id} to end`, async () => {
    const { status, json } = await user.ask('GET', `/jobs/${id}`, 0);
    if (status !== 200) return `job ${status}`;
    return isFinalState(json.status) && `job ${json.status}`;
  });
  const { status } = await user.download(`/download/${id}`, 10_000);
  return [...uploads, job, `download ${status}`];
}
