import * as z from 'zod';
import { conversionOptions } from './conversion-options.ts';

/** Bytes of an upload that are stored before a converter is asked to begin. The index of most films is among them. */
export const EARLY_HEAD_BYTES = 4 * 1024 * 1024;

/** What the gateway asks a converter in the body of `POST /early`: to begin with a video that is still being uploaded. */
export const earlyRequest = z.object({
  /** Id of the job that the upload becomes. There is no such job yet. */
  job_id: z.uuid(),
  /** Id of the blob that grows. */
  blob_id: z.uuid(),
  /** Bytes of the whole video. */
  size: z.number().int().positive(),
  options: conversionOptions,
});
export type EarlyRequest = z.infer<typeof earlyRequest>;

/** Whether the sound is encoded straight from beginning to end, so that it can be begun before the end is there. */
export const canBeginEarly = ({ size, options }: Pick<EarlyRequest, 'size' | 'options'>): boolean =>
  size >= 2 * EARLY_HEAD_BYTES &&
  options.normalize === undefined &&
  options.copy !== true &&
  options.end === undefined;
