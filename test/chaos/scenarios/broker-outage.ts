import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../experiment.ts';
import type { Way } from '../faults/outage.ts';
import { plain } from '../load/upload-plan.ts';

const PAUSE_MS = 4_000;
/** From the last byte to the answer. */
const LIMIT_SECONDS = 1;

/** Uploads are accepted as if nothing had happened; that all of them are done afterwards is for the verdict. */
export async function brokerAway(
  { ledger, load, settle, check, report, signal }: Scene,
  way: Way,
  seconds: number,
): Promise<void> {
  const name = `RabbitMQ ${way.name}, for ${seconds} s`;
  report(`${name} …`);
  await way.take();
  const waits: number[] = [];
  const others: string[] = [];
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      const { status, waitedMs = 0 } = await load.carryOut(plain(load.nextPlan()));
      if (status === 202) waits.push(waitedMs);
      // Any earlier try that was not answered 202 counts; a token that has expired is no matter of the broker.
      others.push(
        ...(ledger.uploads.at(-1)?.tries.filter((answer) => !['202', '401'].includes(answer)) ?? []),
      );
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } finally {
    await way.giveBack();
  }
  await settle();
  const worst = Math.max(...waits) / 1000;
  check(
    waits.length > 0 && others.length === 0 && worst <= LIMIT_SECONDS,
    `${name}: ${waits.length} uploads, 202 at most ${worst.toFixed(2)} s after the last byte (expected ≤ ${LIMIT_SECONDS} s); ` +
      `other answers: ${others.join(', ') || 'none'}`,
  );
}
