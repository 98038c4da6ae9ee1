/**
 * Tags as ffprobe prints them with `string_validation=ignore`, read as Latin-1: each character of a key or a value is one
 * byte of the file. So text that is not UTF-8 survives until its character set is known.
 */
export type RawTags = Readonly<Record<string, string>>;

export interface RawChapter {
  /** Seconds on the clock of the file. They may be missing, negative, or not a number. */
  start?: number;
  end?: number;
  /** One character is one byte, as in {@link RawTags}. */
  title?: string;
}

/** A stream that ffprobe marks as `attached_pic`. */
export interface SourcePicture {
  /** Index of the stream in the file. */
  index: number;
  codec: string;
  /** The picture type of ID3 and FLAC in words, such as `Cover (front)`. */
  kind?: string;
}

/** What a file says about itself. */
export interface SourceTags {
  /** ffprobe's `format_name`, such as `ogg` or `mov,mp4,m4a,3gp,3g2,mj2`. */
  formatName: string;
  format: RawTags;
  /** Tags of the audio track that is converted. */
  audio: RawTags;
  /** Tags of the first video track that is not a picture. In Ogg, they may be the file's only tags. */
  video: RawTags;
  chapters: readonly RawChapter[];
  pictures: readonly SourcePicture[];
  /** Index of the first video track that is not a picture, for a still of the film. */
  videoIndex?: number;
  /** Its codec by ffmpeg's name. */
  videoCodec?: string;
}

export const NO_SOURCE_TAGS: SourceTags = {
  formatName: '',
  format: {},
  audio: {},
  video: {},
  chapters: [],
  pictures: [],
};
