import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/wait.ts';
import type { Scene } from '../experiment.ts';
import type { Way } from '../faults/outage.ts';
import { idOf, isFinalStatus } from '../history.ts';
import { plain } from '../load/upload-plan.ts';

const PAUSE_MS = 10_000;

/** Tokens must stay good for longer than auth is away: this is about its keys. */
export const AUTH_AWAY_TOKEN_SECONDS = 3600;
/** Longer than the gateway takes the keys of auth for fresh (services/gateway/auth-keys.ts). */
export const AUTH_AWAY_SECONDS = 330;

/** Users who are logged in upload, convert and download as before; that each got its mail is for the verdict. */
export async function authAway(scene: Scene, way: Way, seconds: number): Promise<void> {
  const { users, settle, check, report, signal } = scene;
  await Promise.all(users.map((user) => user.ask('GET', '/jobs?limit=1', 60_000)));
  report(`auth ${way.name}, for ${seconds} s …`);
  const answers: Record<string, number> = {};
  await way.take();
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      for (const answer of await sendAndDownload(scene)) answers[answer] = (answers[answer] ?? 0) + 1;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } finally {
    await way.giveBack();
  }
  await settle();
  const shown = Object.entries(answers).map(([answer, count]) => `${count} × ${answer}`);
  check(
    allSucceeded(answers),
    `auth ${way.name}, for ${seconds} s: ${shown.join(', ')} (expected as many of upload 202, job done, download 200, and nothing else)`,
  );
}

/** Whether each upload was accepted, converted and downloaded, and at least one was made. `answers` counts them by kind. */
export function allSucceeded(answers: Record<string, number>): boolean {
  const { 'upload 202': accepted = 0, 'job done': done, 'download 200': downloaded, ...others } = answers;
  return accepted > 0 && done === accepted && downloaded === accepted && Object.keys(others).length === 0;
}

/** One upload, its conversion, and the download of its MP3; no request is made a second time. */
async function sendAndDownload({ ledger, load, users }: Scene): Promise<string[]> {
  const plan = plain(load.nextPlan());
  await load.carryOut(plan);
  const record = ledger.uploads.at(-1);
  const user = users[plan.user];
  const id = record && idOf(record);
  const uploads = (record?.tries ?? []).map((answer) => `upload ${answer}`);
  if (!user || id === undefined) return uploads;
  const ended = await until(`job ${id} to end`, async () => {
    const { status, json } = await user.ask('GET', `/jobs/${id}`, 0);
    if (status !== 200) return `job ${status}`;
    return isFinalStatus(json.status) && `job ${json.status}`;
  });
  const { status } = await user.download(`/download/${id}`, 10_000);
  return [...uploads, ended, `download ${status}`];
}
