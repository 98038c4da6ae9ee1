import { canBeginEarly, type EarlyRequest } from '../../shared/jobs/early-request.ts';
import type { ConvertingJob } from '../../shared/jobs/job.ts';
import { beginEarly, type Early, type EarlyPorts, type EncodedVideo } from './begin-early.ts';
import { whileMoving } from './while-moving.ts';

/** How long an attempt waits for a conversion that does not move. All bytes of its video are stored by then. */
const STALL_MS = 10_000;

/** A video whose sound was encoded before its job was accepted. Dispose of it when the attempt has ended. */
export type BegunVideo = Omit<EncodedVideo, 'sha256'> & AsyncDisposable;

/**
 * Begins conversions of videos that are still being uploaded, one at a time and only while a core is idle. Nothing of them is stored,
 * so that nothing but time is lost where one is given up.
 */
export interface EarlyConversions {
  /**
   * Begins in the background where this converter is idle, and ends that where another one has begun. Returns whether this one works on
   * the video.
   */
  begin(request: EarlyRequest): boolean;
  /**
   * Resolves with the video of a claimed job where its conversion was begun here, is soon over, and was of the same bytes. The
   * attempt has to do everything itself otherwise, also where that conversion stands still. Throws the signal's reason.
   */
  take(job: ConvertingJob, signal: AbortSignal): Promise<BegunVideo | undefined>;
  /** The job of a conversion that was begun here and is not claimed. It may not be accepted yet. */
  readonly waitingFor: string | undefined;
  /** Lets any converter have the job at once, because there is no free slot here. */
  share(jobId: string): Promise<void>;
  /** Ends the conversion, because another converter has the job, or it is over. Resolves when its folder is removed. */
  drop(jobId: string): Promise<void>;
  /** Gives its room on the disk back to accepted jobs. Returns whether there was any. */
  giveUp(): Promise<boolean>;
  /** Resolves when nothing runs any more. Abort `stoppingSignal` first. */
  settled(): Promise<void>;
}

/** @param cores the number of cores that a conversion may have which is not begun early */
export function createEarlyConversions(ports: EarlyPorts, cores: number): EarlyConversions {
  const { slots, beginners, stoppingSignal, stallMs = STALL_MS } = ports;
  let current: Early | undefined;
  const waiting = (): Early | undefined => (current?.isClaimed ? undefined : current);

  /** Whether what is left takes less time on one core than the whole on all. */
  const isNearlyDone = ({ fedBytes, request }: Early): boolean => fedBytes / request.size >= 1 - 1 / cores;

  return {
    begin(request) {
      if (waiting()?.request.job_id === request.job_id) return true;
      if (current || stoppingSignal.aborted || !slots.isIdle || !canBeginEarly(request)) return false;
      const early = beginEarly(request, ports, () => {
        if (current === early) current = undefined;
      });
      current = early;
      return true;
    },

    async take({ id, source }, signal) {
      const early = current;
      if (!early || early.request.job_id !== id || early.isClaimed) return undefined;
      early.isClaimed = true;
      void beginners.hide(id);
      try {
        if (!isNearlyDone(early)) throw new Error('all cores together are faster');
        const position = () => early.fedBytes + early.encodedSeconds;
        const { sha256, ...video } = await whileMoving(early.ready, position, { stallMs, signal });
        if (sha256 !== source.sha256) throw new Error('the upload has other bytes');
        const release = async () => {
          early.release();
          await early.ended;
        };
        return { ...video, [Symbol.asyncDispose]: release };
      } catch (error) {
        early.stop(error instanceof Error ? error.message : 'the attempt has ended');
        await early.ended;
        signal.throwIfAborted();
        return undefined;
      }
    },

    get waitingFor() {
      return waiting()?.request.job_id;
    },
    share: (jobId) => beginners.hide(jobId),
    async drop(jobId) {
      const early = waiting();
      if (early?.request.job_id !== jobId) return;
      early.stop('the job is in another converter, or over');
      await early.ended;
    },

    async giveUp() {
      const early = waiting();
      if (!early) return false;
      early.stop('accepted jobs need its room');
      await early.ended;
      return true;
    },

    async settled() {
      await current?.ended;
    },
  };
}
