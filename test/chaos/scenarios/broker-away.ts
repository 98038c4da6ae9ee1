import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../act.ts';
import { plain } from '../plan.ts';

const PAUSE_MS = 4_000;

/** Uploads are accepted as if nothing had happened; that all of them are done afterwards is for the verdict. */
export async function brokerAway(
  { stage, load, settle, check, report, signal }: Scene,
  { seconds, erase }: { seconds: number; erase: boolean },
): Promise<void> {
  const { servers } = stage.launched;
  report(`RabbitMQ is taken away for ${seconds} s${erase ? ', with all that it holds' : ''} …`);
  await servers.hold('rabbitmq', { erase });
  const waits: number[] = [];
  const others: (number | undefined)[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const { status, waitedMs = 0 } = await load.carryOut(plain(load.nextPlan()));
    if (status === 202) waits.push(waitedMs);
    else others.push(status);
    await sleep(PAUSE_MS, undefined, { signal });
  }
  await servers.release('rabbitmq');
  await settle();
  const worst = Math.max(...waits) / 1000;
  const name = `RabbitMQ away for ${seconds} s${erase ? ', empty afterwards' : ''}`;
  check(
    waits.length > 0 && others.length === 0,
    `${name}: ${waits.length} uploads, 202 at most ${worst.toFixed(2)} s after the last byte (expected ≤ 1 s); ` +
      `other answers: ${others.join(', ') || 'none'}`,
  );
}
