import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioContext } from '../experiment.ts';
import type { Outage } from '../faults/outage.ts';
import { plainUpload } from '../load/upload-plan.ts';

const PAUSE_MS = 4_000;
/** From the last byte of an upload to its response. */
const LIMIT_SECONDS = 1;

/** While the broker is down, uploads are accepted as usual. The verdict checks that all of them are converted afterwards. */
export async function brokerOutage(
  { history, load, settle, check, report, signal }: ScenarioContext,
  outage: Outage,
  seconds: number,
): Promise<void> {
  const name = `RabbitMQ ${outage.name}, for ${seconds} s`;
  report(`${name} …`);
  const waitsMs: number[] = [];
  const others: string[] = [];
  await outage.begin();
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      const { status, waitedMs = 0 } = await load.carryOut(plainUpload(load.nextPlan()));
      if (status === 202) waitsMs.push(waitedMs);
      // Every earlier attempt counts, except a 401: that a token expires has nothing to do with the broker.
      const attempts = history.uploads.at(-1)?.attempts ?? [];
      others.push(...attempts.filter((result) => !['202', '401'].includes(result)));
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } finally {
    await outage.end();
  }
  await settle();
  const worst = Math.max(...waitsMs) / 1000;
  check(
    waitsMs.length > 0 && others.length === 0 && worst <= LIMIT_SECONDS,
    `${name}: ${waitsMs.length} uploads, 202 at most ${worst.toFixed(2)} s after the last byte (expected ≤ ${LIMIT_SECONDS} s); ` +
      `other responses: ${others.join(', ') || 'none'}`,
  );
}
