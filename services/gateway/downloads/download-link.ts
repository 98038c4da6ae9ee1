import * as z from 'zod';

/** The response of `GET /jobs/{id}/link`. */
export const downloadLink = z.object({
  url: z.url().describe('downloads the MP3 without a login, until the job expires or is deleted'),
  expires_at: z.iso.datetime(),
});
export type DownloadLink = z.infer<typeof downloadLink>;
