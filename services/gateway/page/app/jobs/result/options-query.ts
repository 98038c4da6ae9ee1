import { type ConversionOptions, OPTION_NAMES } from '../../../../../shared/jobs/conversion-options.ts';

/** The options of a job as query parameters of the gateway. */
export function queryOfOptions(options: ConversionOptions): Record<string, string> {
  return Object.fromEntries(
    OPTION_NAMES.flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
