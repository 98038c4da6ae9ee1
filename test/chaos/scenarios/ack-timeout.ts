import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../../../deploy/process/child.ts';
import { processesIn } from '../../support/processes.ts';
import { readLogs } from '../evidence/service-logs.ts';
import type { Scene } from '../experiment.ts';
import { idOf } from '../history.ts';
import { plain } from '../load/upload-plan.ts';

/** What the broker gives a consumer in this scenario instead of 12 hours. */
export const ACK_LIMIT_MS = 20_000;
const HELD_MS = 2 * ACK_LIMIT_MS + 10_000;
const LOOK_MS = 20;
const APPEAR_MS = 60_000;

/** A conversion that takes longer than RabbitMQ waits for its acknowledgement: once, for all that the broker delivers it again. */
export async function pastTheAckLimit({
  stage,
  ledger,
  load,
  settle,
  check,
  report,
  signal,
}: Scene): Promise<void> {
  const uploading = load.carryOut({ ...plain(load.nextPlan()), footage: 'large.wav' });
  uploading.catch(() => undefined); // awaited below, unless the suite is stopped before
  report(`ffmpeg is held for ${HELD_MS / 1000} s; the broker waits ${ACK_LIMIT_MS / 1000} s …`);
  await holdTools(Object.values(stage.spools), HELD_MS, signal);
  await uploading;
  await settle();

  const log = readFileSync(join(stage.launched.system.logsDir, 'rabbitmq.log'), 'utf8');
  const closed =
    log.match(/delivery acknowledgement on channel \d+ timed out|consumer ack timed out/gi)?.length ?? 0;
  check(
    closed > 0,
    `Ack limit of ${ACK_LIMIT_MS / 1000} s: the broker closed ${closed} channels (expected ≥ 1)`,
  );
  const [record] = ledger.uploads;
  const id = record && idOf(record);
  const lines = await readLogs(stage);
  const started = lines.filter(({ msg, job_id }) => job_id === id && msg === 'conversion started').length;
  check(started === 1, `Ack limit: conversions of the one job: ${started} (expected 1)`);
}

/** Stops every tool that appears in the spools, and lets all go on after so long. */
async function holdTools(spools: readonly string[], forMs: number, signal: AbortSignal): Promise<void> {
  const held = new Set<number>();
  try {
    for (let end = performance.now() + APPEAR_MS, first = true; performance.now() < end; ) {
      for (const { pid } of spools.flatMap(processesIn)) {
        if (held.has(pid)) continue;
        signalProcess(pid, 'SIGSTOP');
        held.add(pid);
        if (first) end = performance.now() + forMs;
        first = false;
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  } finally {
    const alive = new Set(spools.flatMap(processesIn).map(({ pid }) => pid));
    for (const pid of held) if (alive.has(pid)) signalProcess(pid, 'SIGCONT');
  }
}
