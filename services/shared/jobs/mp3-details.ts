import * as z from 'zod';

/** The most values of a waveform. */
export const MAX_PEAKS = 1000;

/** The steps of a conversion, in their order. */
export const CONVERSION_STEPS = ['fetch', 'probe', 'encode', 'check', 'store'] as const;

/** What a player shows of an MP3, beside its bytes. The converter finds it out while it makes and checks the MP3. */
export const mp3Details = z.object({
  bitrate_kbps: z.number().describe('the average, with a variable bit rate'),
  integrated_lufs: z
    .number()
    .nullable()
    .describe('integrated loudness (EBU R128); null for silence and for less than 0.4 s of sound'),
  true_peak_dbtp: z
    .number()
    .nullable()
    .describe(
      'the highest true peak (ITU-R BS.1770) of the sound from which the MP3 was made, and with `copy` or `normalize` of the MP3 ' +
        'itself; null for silence',
    ),
  peaks: z
    .array(z.number().int().min(0).max(255))
    .max(MAX_PEAKS)
    .describe(
      'the waveform: the highest absolute sample of each of these equal parts, where 255 is full scale',
    ),
  chapters: z.array(z.object({ start_seconds: z.number(), end_seconds: z.number(), title: z.string() })),
  cover: z
    .object({ type: z.string().describe('a media type'), size: z.number().int().describe('bytes') })
    .nullable()
    .describe('the picture that GET /jobs/{id}/cover returns'),
  steps: z
    .array(z.object({ step: z.enum(CONVERSION_STEPS), seconds: z.number() }))
    .describe(
      'how long each step of the conversion took. `check` and `store` run at the same time, and ' +
        '`store` ends with the last byte. `check` is a part of `encode` where the sound was copied. Later versions may add steps',
    ),
});
export type Mp3Details = z.infer<typeof mp3Details>;
