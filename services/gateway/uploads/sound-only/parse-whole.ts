import { AppError } from '../../../shared/runtime/errors.ts';
import type { OptionEntry } from '../../options/parse-options.ts';

/** The parameter of an upload that keeps the picture of a film, which a later conversion may need. It is no option. */
export const WHOLE_NAME = 'whole';

/** Throws `invalid_option` for any value but `true` and `false`. */
export function parseWhole(entries: readonly OptionEntry[]): boolean {
  const values = new Set(entries.filter(([name]) => name === WHOLE_NAME).map(([, value]) => value));
  const [value = 'false'] = values;
  if (values.size > 1 || (value !== 'true' && value !== 'false'))
    throw new AppError('invalid_option', 'whole, which keeps all of a film, is true or false');
  return value === 'true';
}
