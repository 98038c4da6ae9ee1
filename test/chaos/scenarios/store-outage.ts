import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioContext } from '../experiment.ts';
import { frozen, keptDown, type Outage } from '../faults/outage.ts';
import { plainUpload } from '../load/upload-plan.ts';

const UPLOADS = 3;
const SLOW_MS = 6_000;
const LIMIT_SECONDS = 10;

/** While the store is down, uploads are refused in time and leave nothing. When the store is back, they are accepted again. */
export async function storeOutage(context: ScenarioContext): Promise<void> {
  const { harness, load, settle, note, check, report, signal } = context;
  if (harness.blobs === 'sqlite')
    return note('Outage of the store: left out, because sqlite is not a process of its own');
  for (const outage of [frozen(harness, 'mongodb', signal), keptDown(harness, 'mongodb')]) {
    report(`MongoDB is ${outage.name} …`);
    const results = await uploadDuring(outage, context);
    await settle();
    const worst = Math.max(...results.map(({ seconds }) => seconds));
    const statuses = results.map(({ status }) => status ?? 'none');
    check(
      statuses.every((status) => status === 503) && worst <= LIMIT_SECONDS,
      `MongoDB ${outage.name}: uploads answered ${statuses.join(', ')}, after ${worst.toFixed(1)} s at most (expected 503, ≤ ${LIMIT_SECONDS} s)`,
    );
    const { status } = await load.carryOut(plainUpload(load.nextPlan()));
    check(
      status === 202,
      `MongoDB back after it was ${outage.name}: an upload is answered ${status} (expected 202)`,
    );
  }
}

interface Result {
  status: number | undefined;
  /** Since the upload began or, if that was later, since the outage began. */
  seconds: number;
}

/** Makes several uploads during an outage, and one that began before it. */
async function uploadDuring(outage: Outage, { load, users, signal }: ScenarioContext): Promise<Result[]> {
  // Every user gets a fresh token first, so that no upload is refused for an expired one.
  await Promise.all(users.map((user) => user.ask('GET', '/jobs?limit=1', 60_000)));
  const timed = async (sendMs: number, since: () => number): Promise<Result> => {
    const { status } = await load.carryOut({ ...plainUpload(load.nextPlan()), sendMs, refused: true });
    return { status, seconds: (performance.now() - since()) / 1000 };
  };
  let outageSince = Number.NaN;
  const slowUpload = timed(SLOW_MS, () => outageSince);
  // It is awaited below. If the suite is stopped before that, a failure must not count as an unhandled rejection.
  slowUpload.catch(() => undefined);
  // Most of it is sent before the outage begins, because the time that counts is that of the response.
  await sleep(SLOW_MS * 0.75, undefined, { signal });
  outageSince = performance.now();
  await outage.begin();
  try {
    const results: Result[] = [];
    for (let number = 0; number < UPLOADS; number++) {
      const begun = performance.now();
      results.push(await timed(0, () => begun));
    }
    return [await slowUpload, ...results];
  } finally {
    await outage.end();
  }
}
