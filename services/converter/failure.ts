import type { FailureCode } from '../shared/jobs/failures.ts';
import { isAppError } from '../shared/runtime/errors.ts';
import { durationInText } from '../shared/runtime/format.ts';
import { isDiskFull } from '../shared/runtime/spool.ts';

/** The video itself cannot be converted, so a retry cannot help. The detail is a sentence for the owner. */
export class ConversionFailure extends Error {
  /** Every code except `gave_up` means that a retry cannot help. */
  readonly code: FailureCode;

  constructor(code: FailureCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The failure of a video whose sound is longer than the limit. */
export const tooLong = (maxSeconds: number): ConversionFailure =>
  new ConversionFailure('too_long', `the sound of the file is longer than ${durationInText(maxSeconds)}`);

/** The failure of a video whose MP3 is not what it should be. The cause is for the log. */
export const unplayable = (cause: Error): ConversionFailure =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be converted', cause);

/** The header of a file takes a tool too long. Another run would take as long. */
export class HeaderTooSlow extends ConversionFailure {
  constructor(cause: Error) {
    super('conversion_failed', 'the header of this file takes too long to read', cause);
  }
}

/**
 * Why an attempt failed. A failure of the infrastructure (`store`, `disk`, `sandbox`) is never the video's fault. Any other reason uses
 * up one of the few attempts, because the video may be what crashes the converter.
 */
export type Fault = 'store' | 'disk' | 'sandbox' | 'unknown';

/** Classifies an error that is not a {@link ConversionFailure}. */
export function faultOf(error: unknown): Fault {
  if (isDiskFull(error)) return 'disk';
  if (error instanceof SandboxFailure) return 'sandbox';
  return isAppError(error, 'unavailable') ? 'store' : 'unknown';
}

/** Texts for the owner about a temporary failure. They never contain a path, a host, or output of ffmpeg. */
export const REASON = {
  store: 'a service that the conversion needs did not answer',
  disk: 'the disk of the converter is full',
  sandbox: 'the converter could not start its tools',
  unknown: 'the conversion was interrupted',
} as const satisfies Record<Fault, string>;

/** The sandbox has not started the tool. The message is for the log: it may hold paths. */
export class SandboxFailure extends Error {}

/** The encoded parts cannot be joined to one MP3. The sound is encoded again in one piece. */
export class NotJoinable extends Error {}
