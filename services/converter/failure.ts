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

/** The video is at fault. Every other error is taken for temporary. The detail is a sentence for the owner. */
export class ConversionFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What an owner may be told of a temporary failure: never a path, a host, or a line of ffmpeg's. */
export function reasonOf(error: unknown): string {
  if (isDiskFull(error)) return 'the disk of the converter is full';
  if (isAppError(error, 'unavailable')) return 'a service that the conversion needs did not answer';
  return 'the conversion was interrupted';
}

export class DiskFull extends Error {}

/** What was encoded in parts does not make one MP3: it is encoded again, in one piece. */
export class NotJoinable extends Error {}

const isDiskFull = (error: unknown): boolean =>
  error instanceof DiskFull || (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC';
