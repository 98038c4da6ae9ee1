import { MAX_END_BYTES } from '../../shared/jobs/probe.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { tooLarge } from '../uploads/open-media.ts';

/** What a body holds: the beginning of a file of `size` bytes, and its last `tailBytes` bytes. */
export interface StatedParts {
  size: number;
  tailBytes: number;
}

/** Query parameters of a probe that are not options. */
const NAMES = ['size', 'tail'] as const;

/**
 * Reads `size` and `tail` from the query. Returns the rest of the query, which has the options, and no parts where the body is the
 * whole file. Throws `invalid_option`, and `too_large` for a file that could not be uploaded.
 */
export function parseParts(
  querystring: string,
  maxUploadBytes: number,
): { parts: StatedParts | undefined; rest: string } {
  const query = new URLSearchParams(querystring);
  const [size, tailBytes] = NAMES.map((name) => {
    const values = query.getAll(name);
    query.delete(name);
    if (values.length === 0) return undefined;
    if (values.length > 1 || !/^\d{1,15}$/.test(values[0] ?? ''))
      throw invalid(`${name} is a number of bytes`);
    return Number(values[0]);
  });
  const rest = query.toString();
  if (size === undefined && tailBytes === undefined) return { parts: undefined, rest };
  if (size === undefined) throw invalid('tail needs size, which is that of the whole file');
  if (size === 0) throw new AppError('empty_file', 'the file is empty');
  if (size > maxUploadBytes) throw tooLarge(maxUploadBytes);
  if ((tailBytes ?? 0) > MAX_END_BYTES) throw invalid(`tail is ${MAX_END_BYTES} at most`);
  return { parts: { size, tailBytes: tailBytes ?? 0 }, rest };
}

/** Throws `bad_request` where a body of `bytes` bytes cannot consist of these parts. */
export function checkParts({ size, tailBytes }: StatedParts, bytes: number): void {
  if (bytes > size) throw new AppError('bad_request', `the body has ${bytes} bytes, and size is ${size}`);
  if (bytes <= tailBytes && bytes < size) {
    throw new AppError('bad_request', 'the body has to begin with the first bytes of the file');
  }
  if (bytes - tailBytes > MAX_END_BYTES) {
    throw new AppError('too_large', `send ${MAX_END_BYTES} bytes of the beginning at most`);
  }
}

const invalid = (detail: string): AppError => new AppError('invalid_option', detail);
