import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { EarlyConversions } from '../early/early-conversions.ts';

/** The pause between two looks for the job of an upload. */
const LOOK_MS = 250;

export interface ConvertWhenAcceptedPorts {
  early: Pick<EarlyConversions, 'waitingFor'>;
  /** Converts the job here if it is accepted, and may be had. */
  convertBegun: (jobId: string) => Promise<void>;
  stoppingSignal: AbortSignal;
  log: Log;
}

/**
 * Looks for the job of the video with which this converter has begun during its upload, because the job's event may come to another
 * converter. Resolves after the service was told to stop, when the conversion that it is working on has ended.
 */
export async function convertWhenAccepted(ports: ConvertWhenAcceptedPorts): Promise<void> {
  const { early, convertBegun, stoppingSignal, log } = ports;
  while (!stoppingSignal.aborted) {
    await delay(LOOK_MS, stoppingSignal).catch(() => undefined);
    const jobId = early.waitingFor;
    if (stoppingSignal.aborted || jobId === undefined) continue;
    await convertBegun(jobId).catch((error: unknown) => {
      if (!stoppingSignal.aborted)
        log.debug({ err: error, job_id: jobId }, 'a job that was begun during its upload was not converted');
    });
  }
}
