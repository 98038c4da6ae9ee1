import {
  BITRATES,
  type ConversionOptions,
  conversionOptions,
  DEFAULT_OPTIONS,
} from '../../shared/jobs/conversion-options.ts';
import { AppError } from '../../shared/runtime/errors.ts';

const NAMES = ['bitrate', 'quality'];
/** Query parameters of an upload that are not options. */
const OTHERS = ['filename'];

const RULES = `bitrate must be one of ${BITRATES.join(', ')} (kbps), quality must be 0 (best) to 9 (smallest), and only one of them may be given`;

/** Reads the options from the query. Throws `invalid_option`, also for an unknown name. */
export function parseOptions(query: Record<string, string | string[] | undefined>): ConversionOptions {
  const unknown = Object.keys(query).find((name) => !NAMES.includes(name) && !OTHERS.includes(name));
  if (unknown !== undefined) {
    throw new AppError(
      'invalid_option',
      `there is no option ${JSON.stringify(unknown.slice(0, 40))}; ${RULES}`,
    );
  }
  const given = NAMES.flatMap((name) => (query[name] === undefined ? [] : [[name, toNumber(query[name])]]));
  if (given.length === 0) return DEFAULT_OPTIONS;
  const result = conversionOptions.safeParse(Object.fromEntries(given));
  if (given.length > 1 || !result.success)
    throw new AppError('invalid_option', RULES, { cause: result.error });
  return result.data;
}

const toNumber = (text: string | string[]): number =>
  typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
