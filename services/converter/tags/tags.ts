import type { ConversionOptions, TAG_OPTIONS } from '../../shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';

export interface Chapter {
  /** Seconds on the clock of the file, or of the MP3 where `mapChapters` returned it. */
  start: number;
  end: number;
  title?: string;
}

type TextField = (typeof TAG_OPTIONS)[number];
/** A text that an MP3 gets. */
export type Field = TextField | 'track';

/**
 * What is known about a film or a song, as clean Unicode text. Nothing else of a file gets into its MP3. `date` is
 * `YYYY-MM-DD` or `YYYY`, and `track` is `4` or `4/12`.
 */
export interface Tags extends Partial<Record<Field, string>> {
  /** On the clock of the file. `start` and `end` may be NaN here. */
  chapters: readonly Chapter[];
}

/** A picture for the frame APIC of ID3. */
export interface Cover {
  bytes: Buffer;
  /** Media type, such as `image/jpeg`. */
  type: string;
}

/** The options of a job that are about tags. */
export type TagOptions = Pick<ConversionOptions, TextField | 'cover' | 'strip_tags'>;

/** @param detail a whole sentence for the owner, as in every warning. */
export const coverSkipped = (detail: string): JobWarning => ({ code: 'cover_skipped', detail });
/** @param reason the end of a sentence. */
export const coverLeftOut = (reason: string): JobWarning =>
  coverSkipped(`The cover of the file was left out: ${reason}.`);
/** @param detail a whole sentence for the owner. */
export const tagsLimited = (detail: string): JobWarning => ({ code: 'tags_limited', detail });
