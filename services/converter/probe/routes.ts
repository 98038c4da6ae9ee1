import type Router from '@koa/router';
import { closedSignal } from '../../shared/http/client-closed.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { ProbeResult } from '../../shared/jobs/probe.ts';
import type { ProbeRequest } from '../../shared/jobs/probe-request.ts';
import { abortable } from '../../shared/runtime/abortable.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import { createSemaphore } from '../../shared/runtime/semaphore.ts';
import type { Spool } from '../../shared/runtime/spool.ts';
import { DiskFull } from '../../shared/runtime/spool.ts';
import { ConversionFailure } from '../failure.ts';
import { readRequest, writeSparseFile } from './receive-file.ts';

/** Probes at a time, beside the conversions. Each runs one tool at a time. */
const CONCURRENT = 2;
const MAX_WAITING = 16;
const RETRY_SECONDS = '2';

/** The gateway waits for both together (services/gateway/probe/ask-converter.ts). */
export const MAX_WAIT_MS = 5_000;
export const MAX_PROBE_MS = 20_000;

export interface ProbePorts {
  spool: Pick<Spool, 'use'>;
  /** Describes the file `INPUT` of a folder. Throws `ConversionFailure` `unknown_track`. */
  describe(folder: string, request: ProbeRequest, signal: AbortSignal): Promise<ProbeResult>;
  timeoutMs?: number;
}

/** The route by which the gateway asks what a file is. Nobody else may call it. */
export function probeRoutes(
  router: Router<RequestState>,
  { spool, describe, timeoutMs = MAX_PROBE_MS }: ProbePorts,
): void {
  const permits = createSemaphore(CONCURRENT, {
    maxWaiting: MAX_WAITING,
    maxWaitMs: MAX_WAIT_MS,
    full: tooManyProbes,
  });

  router.post('/probe', async (context) => {
    const callerSignal = closedSignal(context.res);
    const probe = async (): Promise<ProbeResult> => {
      const timeoutSignal = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([callerSignal, timeoutSignal]);
      try {
        const body = await abortable(readRequest(context.req), signal);
        const { request } = body;
        return await spool.use(request.head + request.tail, async (folder) => {
          await abortable(writeSparseFile(folder, body), signal);
          return await describe(folder, request, signal);
        });
      } catch (error) {
        throw timeoutSignal.aborted ? unavailable('an answer about this file', error) : toAppError(error);
      }
    };
    context.body = await permits.run(probe, callerSignal);
  });
}

/** Describes what a client can do about it. Any other error is ours. */
function toAppError(error: unknown): unknown {
  if (error instanceof ConversionFailure) {
    return new AppError('invalid_option', error.message, { cause: error });
  }
  return error instanceof DiskFull ? unavailable('the disk of the converter', error) : error;
}

const tooManyProbes = () =>
  new AppError('unavailable', 'too many files are being looked at; try again shortly', {
    headers: { 'Retry-After': RETRY_SECONDS },
  });
