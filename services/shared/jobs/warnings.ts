import { z } from 'zod';

/** Why an MP3 differs from what its owner may expect. Programs must accept codes that are added later. */
export type WarningCode =
  /** The end of the file is missing. `seconds` of `of_seconds` were converted. */
  | 'truncated'
  /** The file is whole, but states `of_seconds` and holds `seconds`. */
  | 'header_length_wrong'
  /** The clock of the recording jumped by `seconds` at `at_seconds` of the MP3. The jump was closed. */
  | 'gap_closed'
  /** `seconds` of the sound could not be decoded. */
  | 'damaged'
  /** A track that would have been preferred cannot be decoded. */
  | 'track_skipped'
  /** More than two channels were mixed. */
  | 'downmixed'
  /** The cover was left out. */
  | 'cover_skipped'
  /** A tag was cut or left out, or there were too many chapters. */
  | 'tags_limited'
  /** The loudness that was asked for was not reached, because peaks had to be limited. */
  | 'limited'
  /** `copy` was asked for, and the sound is no MP3: it was encoded. */
  | 'not_copied';

export const jobWarning = z.object({
  code: z.string().describe('a stable code, for programs'),
  detail: z.string().describe('a sentence for people'),
  seconds: z.number().optional(),
  of_seconds: z.number().optional(),
  at_seconds: z.number().optional(),
});
export type JobWarning = z.infer<typeof jobWarning> & { code: WarningCode | (string & {}) };

/** The warnings that mean that sound is missing. They come first wherever people read of them. */
export const isAboutMissingSound = ({ code }: JobWarning): boolean =>
  code === 'truncated' || code === 'damaged';
