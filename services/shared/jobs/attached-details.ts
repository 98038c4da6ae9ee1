import { z } from 'zod';
import { CONVERSION_STEPS, MAX_PEAKS, type Mp3Details } from './mp3-details.ts';

/** What the converter finds out. The rest of the details stands in the ID3 tag of the MP3. */
export type MeasuredDetails = Omit<Mp3Details, 'chapters' | 'cover'>;

/**
 * The attachment of an MP3's blob. Its field names never change, so that services of two releases can share a store during a
 * rolling upgrade.
 */
const attachedDetails = z.object({
  details: z.object({
    bitrate_kbps: z.number(),
    integrated_lufs: z.number().nullable(),
    true_peak_dbtp: z.number().nullable(),
    /** One byte each, in Base64: every read of the MP3 reads this too. */
    peaks: z.base64(),
    /** A later release may have further steps. */
    steps: z.array(z.object({ step: z.string(), seconds: z.number() })),
  }),
});

export const toAttachment = ({ peaks, ...details }: MeasuredDetails): z.infer<typeof attachedDetails> => ({
  details: { ...details, peaks: Buffer.from(peaks).toString('base64') },
});

/** Returns undefined for the MP3 of a release that attached no details. Steps that this release does not know are left out. */
export function fromAttachment(attachment: unknown): MeasuredDetails | undefined {
  const { data } = attachedDetails.safeParse(attachment);
  if (!data) return undefined;
  const { peaks, steps, ...details } = data.details;
  return {
    ...details,
    peaks: [...Buffer.from(peaks, 'base64').subarray(0, MAX_PEAKS)],
    steps: steps.flatMap(({ step, seconds }) => {
      const known = CONVERSION_STEPS.find((name) => name === step);
      return known ? { step: known, seconds } : [];
    }),
  };
}
