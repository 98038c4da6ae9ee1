import * as z from 'zod';

const count = z.number().int().nonnegative();
const speed = z.number().nullable();
const version = z.string().nullable();

const conversionView = z.object({
  job_id: z.string(),
  stage: z.string().describe('`fetch`, `probe`, `encode`, `check`, `store`; later versions may add others'),
  progress: z.number().nullable().describe('share of the sound that is converted'),
  speed: speed.describe('seconds of sound in each second so far'),
});
export type ConversionView = z.infer<typeof conversionView>;

const converterView = z.object({
  id: z.string().describe('a new one for each process'),
  host: z.string().nullable(),
  concurrency: z.number().int().positive().describe('how many jobs it converts at a time'),
  conversions: z
    .array(conversionView)
    .nullable()
    .describe('what it is doing; null for a converter that does not say it'),
  sound_speed: speed.describe('seconds of sound that it converts in a second: a moving average'),
  sound_speed_normalized: speed.describe('the same for jobs with `normalize`'),
  versions: z.object({ release: version, node: version, ffmpeg: version }),
});
export type ConverterView = z.infer<typeof converterView>;

/** What an operator sees of the whole system. A part is null while it is not known. */
export const operatorOverview = z.object({
  jobs: z
    .object({
      uploading: count,
      queued: count,
      converting: count,
      finishing: count.describe(
        'jobs that have ended, and whose owner is still to be notified or whose files are to be deleted',
      ),
      oldest_queued_seconds: z.number().nullable().describe('how long the first job of the queue has waited'),
    })
    .nullable()
    .describe('the jobs of all users that are not done with'),
  failed: z
    .object({
      count: count.describe('jobs that have failed and were not seen retried, deleted or expired since'),
      is_complete: z.boolean().describe('false where there are more than were counted'),
    })
    .nullable(),
  converters: z.array(converterView).nullable().describe('the converters that run and show themselves'),
  gateway: z.object({ release: z.string(), node: z.string() }).describe('the versions of this gateway'),
  dapr: version.describe('the version of the sidecar of this gateway'),
  components: z
    .array(z.object({ name: z.string(), type: z.string(), version: z.string() }))
    .nullable()
    .describe('the components that this gateway uses, such as `store` with the type `state.mongodb`'),
});
export type OperatorOverview = z.infer<typeof operatorOverview>;
