import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../../../deploy/process/child.ts';
import { LOG_MESSAGES } from '../../support/log-messages.ts';
import { processesIn } from '../../support/processes.ts';
import { readLogs } from '../evidence/service-logs.ts';
import type { ScenarioContext } from '../experiment.ts';
import { idOf } from '../history.ts';
import { plainUpload } from '../load/upload-plan.ts';

/** How long the broker waits for an acknowledgement in this scenario, instead of 12 hours. */
export const ACK_TIMEOUT_MS = 20_000;
const PAUSED_MS = 2 * ACK_TIMEOUT_MS + 10_000;
const POLL_MS = 20;
const APPEAR_MS = 60_000;

/**
 * A conversion takes longer than RabbitMQ waits for its acknowledgement, so the broker delivers the event again. The job must be
 * converted only once.
 */
export async function conversionPastAckTimeout(context: ScenarioContext): Promise<void> {
  const { harness, history, load, settle, check, report, signal } = context;
  const uploading = load.carryOut({ ...plainUpload(load.nextPlan()), media: 'large.wav' });
  // It is awaited below. If the suite is stopped before that, a failure must not count as an unhandled rejection.
  uploading.catch(() => undefined);
  report(`ffmpeg is paused for ${PAUSED_MS / 1000} s; the broker waits ${ACK_TIMEOUT_MS / 1000} s …`);
  await pauseTools(Object.values(harness.spools), PAUSED_MS, signal);
  await uploading;
  await settle();

  const log = readFileSync(join(harness.launched.system.logsDir, 'rabbitmq.log'), 'utf8');
  const timeouts = /delivery acknowledgement on channel \d+ timed out|consumer ack timed out/gi;
  const closed = log.match(timeouts)?.length ?? 0;
  check(
    closed > 0,
    `Acknowledgement timeout of ${ACK_TIMEOUT_MS / 1000} s: the broker closed ${closed} channels (expected ≥ 1)`,
  );
  const [record] = history.uploads;
  const id = record && idOf(record);
  const lines = await readLogs(harness);
  const started = lines.filter(
    ({ msg, job_id }) => job_id === id && msg === LOG_MESSAGES.conversionStarted,
  ).length;
  check(started === 1, `Acknowledgement timeout: the one job was converted ${started} times (expected 1)`);
}

/** Stops every tool that appears in the spools by SIGSTOP. All of them go on `forMs` after the first one was stopped. */
async function pauseTools(spools: readonly string[], forMs: number, signal: AbortSignal): Promise<void> {
  const paused = new Set<number>();
  try {
    for (let end = performance.now() + APPEAR_MS; performance.now() < end; ) {
      for (const { pid } of spools.flatMap(processesIn)) {
        if (paused.has(pid)) continue;
        signalProcess(pid, 'SIGSTOP');
        if (paused.size === 0) end = performance.now() + forMs;
        paused.add(pid);
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    const alive = new Set(spools.flatMap(processesIn).map(({ pid }) => pid));
    for (const pid of paused) if (alive.has(pid)) signalProcess(pid, 'SIGCONT');
  }
}
