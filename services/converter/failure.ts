import { isAppError } from '../shared/errors.ts';

/** Stable codes of a job that no retry can help; `gave_up` is the end of those that one might have helped. */
export type FailureCode =
  | 'no_audio'
  | 'not_media'
  | 'truncated'
  | 'too_long'
  | 'conversion_failed'
  | 'video_gone'
  | 'gave_up';

/** The video is at fault: no retry can help. The detail is a sentence for the owner. */
export class ConversionFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * What broke an attempt off. An outage (`store`, `disk`) is never the fault of the video, which pays for everything else with
 * one of its few attempts: it may be what makes a converter crash.
 */
export type Fault = 'store' | 'disk' | 'unknown';

export function faultOf(error: unknown): Fault {
  if (isDiskFull(error)) return 'disk';
  return isAppError(error, 'unavailable') ? 'store' : 'unknown';
}

/** What an owner may be told of a temporary failure: never a path, a host, or a line of ffmpeg's. */
export const REASON = {
  store: 'a service that the conversion needs did not answer',
  disk: 'the disk of the converter is full',
  unknown: 'the conversion was interrupted',
} as const satisfies Record<Fault, string>;

export class DiskFull extends Error {}

/** What was encoded in parts does not make one MP3: it is encoded again, in one piece. */
export class NotJoinable extends Error {}

const isDiskFull = (error: unknown): boolean =>
  error instanceof DiskFull ||
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
