import * as z from 'zod';

/**
 * Bit rates of MPEG-1 Layer III in kbps (ISO 11172-3, table 2.4.2.3). For
 * any other rate, LAME silently uses the nearest one.
 */
export const BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;

/** Sample rates of MPEG-1, MPEG-2 and MPEG-2.5 Layer III, in Hz. */
export const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/**
 * The highest bit rate in kbps that LAME makes at a sample rate. Where more is asked for, it silently takes this one.
 * test/integration/converter/ffmpeg/lame-rates.test.ts runs all combinations.
 */
export function maxBitrateAt(sampleRate: number): number {
  if (sampleRate >= 32_000) return 320;
  return sampleRate >= 16_000 ? 160 : 64;
}

/** Loudness that `normalize=true` means, in LUFS: what podcast platforms ask for. */
export const DEFAULT_LOUDNESS = -16;
/** Bounds of `normalize` in LUFS. */
export const LOUDNESS_RANGE = { min: -30, max: -8 } as const;

/** Bounds of `start` and `end`, in seconds: longer than any sound that a converter takes. */
export const MAX_SECONDS = 1000 * 3600;

/** The tags that an option can set. Each replaces the one of the video. */
export const TAG_OPTIONS = ['title', 'artist', 'album', 'date', 'genre', 'comment'] as const;

/** UTF-16 code units of one tag. */
export const MAX_TAG_LENGTH = 500;
export const MAX_GENRE_LENGTH = 200;

export const COVERS = ['keep', 'none', 'frame'] as const;

const seconds = z.number().min(0).max(MAX_SECONDS);
const tag = (what: string, maxLength = MAX_TAG_LENGTH) =>
  z.string().min(1).max(maxLength).describe(`${what}, instead of the one of the video`);

/** How the MP3 is made. Every field that is absent has its default. Stored in the job under these names. */
export const conversionOptions = z
  .object({
    bitrate: z.literal(BITRATES).describe('Constant bit rate in kbps; excludes `quality`'),
    quality: z
      .number()
      .int()
      .min(0)
      .max(9)
      .describe('Variable bit rate, 0 (best) to 9 (smallest); default 2'),
    sample_rate: z.literal(SAMPLE_RATES).describe('Samples per second in Hz; default: as in the video'),
    channels: z
      .literal([1, 2])
      .describe('1 (mono) or 2 (stereo); default: as in the video, and stereo where that has more than two'),
    start: seconds.describe('Where the MP3 begins, in seconds of the film'),
    end: seconds.describe('Where the MP3 ends, in seconds of the film'),
    track: z
      .union([z.number().int().min(1).max(99), z.string().regex(/^[a-z]{2,3}$/)])
      .describe('Position among the audio tracks, from 1, or a language such as `eng`'),
    normalize: z
      .number()
      .min(LOUDNESS_RANGE.min)
      .max(LOUDNESS_RANGE.max)
      .describe('Loudness in LUFS (EBU R128), with true peaks of -1 dBTP at most'),
    title: tag('The title'),
    artist: tag('The artist'),
    album: tag('The album'),
    date: z
      .string()
      .regex(/^\d{4}(-\d\d-\d\d)?$/)
      .describe('A year or a day, as `YYYY` or `YYYY-MM-DD`, instead of the one of the video'),
    genre: tag('The genre', MAX_GENRE_LENGTH),
    comment: tag('A comment'),
    cover: z
      .enum(COVERS)
      .describe('The picture: the one of the video (`keep`, the default), none, or a still of the film'),
    strip_tags: z.boolean().describe('Whether to leave out the tags, chapters and cover of the video'),
    strict: z.boolean().describe('Whether a video whose sound is incomplete fails'),
    copy: z
      .boolean()
      .describe('Whether sound that is MP3 already is passed on unchanged. Other sound is encoded as usual'),
  })
  .partial()
  .strict()
  .refine(({ bitrate, quality }) => bitrate === undefined || quality === undefined)
  .refine(({ start = 0, end }) => end === undefined || start < end);
export type ConversionOptions = z.infer<typeof conversionOptions>;
export type OptionName = keyof ConversionOptions;

/** The same as a program reads them from a job, which may have options of a later release. Those are left out. */
export const optionsView = z.object(conversionOptions.shape);

/** In the order in which options are stored. */
export const OPTION_NAMES = Object.keys(conversionOptions.shape) as OptionName[];

export const DEFAULT_OPTIONS: ConversionOptions = { quality: 2 };

/**
 * Returns a text that is the same for the same options, whatever the order of their fields. For options in the order of the
 * schema it is their JSON, which earlier releases have stored.
 */
export function canonicalOptions(options: ConversionOptions): string {
  return JSON.stringify(options, OPTION_NAMES);
}
