import { z } from 'zod';

/**
 * Bit rates of MPEG-1 Layer III in kbps (ISO 11172-3, table 2.4.2.3). For
 * any other rate, LAME silently uses the nearest one.
 */
export const BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;

/** Sample rates of MPEG-1, MPEG-2 and MPEG-2.5 Layer III, in Hz. */
export const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/** Loudness that `normalize=true` means, in LUFS: what podcast platforms ask for. */
export const DEFAULT_LOUDNESS = -16;

/** Bounds of `start` and `end`, in seconds: longer than any sound that a converter takes. */
const MAX_SECONDS = 1000 * 3600;
/** Characters of one tag. */
const MAX_TAG_LENGTH = 500;

const seconds = z.number().min(0).max(MAX_SECONDS);
const tag = z.string().min(1).max(MAX_TAG_LENGTH);

/** The tags that an option can set. Each replaces the one of the video. */
export const TAG_OPTIONS = ['title', 'artist', 'album', 'date', 'genre', 'comment'] as const;

/** How the MP3 is made. Every field that is absent has its default. Stored in the job under these names. */
export const conversionOptions = z
  .object({
    bitrate: z.literal(BITRATES).describe('Constant bit rate in kbps; excludes `quality`'),
    quality: z.number().int().min(0).max(9).describe('Variable bit rate, 0 (best) to 9 (smallest)'),
    sample_rate: z.literal(SAMPLE_RATES).describe('Samples per second in Hz'),
    channels: z.literal([1, 2]).describe('1 (mono) or 2 (stereo)'),
    start: seconds.describe('Where the MP3 begins, in seconds of the film'),
    end: seconds.describe('Where the MP3 ends, in seconds of the film'),
    track: z
      .union([z.number().int().min(1).max(99), z.string().regex(/^[a-z]{2,3}$/)])
      .describe('Position among the audio tracks, from 1, or a language such as `eng`'),
    normalize: z
      .number()
      .min(-30)
      .max(-8)
      .describe('Loudness in LUFS (EBU R128), with true peaks of -1 dBTP at most'),
    title: tag,
    artist: tag,
    album: tag,
    date: tag,
    genre: tag,
    comment: tag,
    cover: z
      .enum(['keep', 'none', 'frame'])
      .describe('The picture: the one of the video, none, or a still of the film'),
    strip_tags: z.boolean().describe('Whether to leave out the tags, chapters and cover of the video'),
    strict: z.boolean().describe('Whether a video whose sound is incomplete fails'),
    copy: z.boolean().describe('Whether sound that is MP3 already is passed on unchanged'),
  })
  .partial()
  .strict()
  .refine(({ bitrate, quality }) => bitrate === undefined || quality === undefined)
  .refine(({ start = 0, end }) => end === undefined || start < end);
export type ConversionOptions = z.infer<typeof conversionOptions>;
export type OptionName = keyof ConversionOptions;

export const DEFAULT_OPTIONS: ConversionOptions = { quality: 2 };
