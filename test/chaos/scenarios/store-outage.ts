import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../experiment.ts';
import { frozen, keptDown, type Way } from '../faults/outage.ts';
import { plain } from '../load/upload-plan.ts';

const UPLOADS = 3;
const SLOW_MS = 6_000;
const LIMIT_SECONDS = 10;

/** Uploads while nothing can be stored: refused in time, leaving nothing, and accepted again when the store is back. */
export async function storeAway(scene: Scene): Promise<void> {
  const { stage, load, settle, note, check, report, signal } = scene;
  if (stage.blobs === 'sqlite') return note('Store away: left out, for sqlite is no process');
  for (const way of [frozen(stage, 'mongodb', signal), keptDown(stage, 'mongodb')]) {
    report(`MongoDB is ${way.name} …`);
    const answers = await uploadsWithout(scene, way);
    await settle();
    const worst = Math.max(...answers.map(({ seconds }) => seconds));
    const statuses = answers.map(({ status }) => status ?? 'none');
    check(
      statuses.every((status) => status === 503) && worst <= LIMIT_SECONDS,
      `MongoDB ${way.name}: uploads answered ${statuses.join(', ')}, after ${worst.toFixed(1)} s at most (expected 503, ≤ ${LIMIT_SECONDS} s)`,
    );
    const { status } = await load.carryOut(plain(load.nextPlan()));
    check(
      status === 202,
      `MongoDB back after it was ${way.name}: an upload is answered ${status} (expected 202)`,
    );
  }
}

interface Answer {
  status: number | undefined;
  /** Since the upload began, or the store was taken away from under it. */
  seconds: number;
}

async function uploadsWithout({ load, users, signal }: Scene, { take, giveBack }: Way): Promise<Answer[]> {
  // With tokens that are good: this is not about them.
  await Promise.all(users.map((user) => user.ask('GET', '/jobs?limit=1', 60_000)));
  const timed = async (sendMs: number, since: () => number): Promise<Answer> => {
    const { status } = await load.carryOut({ ...plain(load.nextPlan()), sendMs, refused: true });
    return { status, seconds: (performance.now() - since()) / 1000 };
  };
  let taken = Number.NaN;
  const underWay = timed(SLOW_MS, () => taken);
  underWay.catch(() => undefined); // awaited below, unless the suite is stopped before
  // Little of it is still to be sent: what counts is how long the answer takes.
  await sleep(SLOW_MS * 0.75, undefined, { signal });
  taken = performance.now();
  await take();
  try {
    const answers = [];
    for (let number = 0; number < UPLOADS; number++) {
      const begun = performance.now();
      answers.push(await timed(0, () => begun));
    }
    return [await underWay, ...answers];
  } finally {
    await giveBack();
  }
}
