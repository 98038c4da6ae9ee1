import * as z from 'zod';
import { AppError } from '../../shared/runtime/errors.ts';
import { visibleName } from '../uploads/file-name.ts';

/** The body of `PATCH /jobs/{id}`. */
export const renameRequest = z.strictObject({
  filename: z
    .string()
    .min(1)
    .describe('the new name; it is cleaned and cut to 255 bytes, as that of an upload is'),
});

/** Returns the new name, cleaned. Throws `bad_request` for a body without one, and for one of invisible characters alone. */
export function parseRename(body: unknown): string {
  const { data } = renameRequest.safeParse(body);
  if (!data) throw new AppError('bad_request', 'the body must be {"filename": "…"} and nothing else');
  const filename = visibleName(data.filename);
  if (filename === undefined) throw new AppError('bad_request', 'the file name is empty');
  return filename;
}
