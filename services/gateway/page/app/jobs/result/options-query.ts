import {
  type ConversionOptions,
  DEFAULT_OPTIONS,
  OPTION_NAMES,
} from '../../../../../shared/jobs/conversion-options.ts';

/** The options of a job as query parameters of the gateway. */
export function queryOfOptions(options: ConversionOptions): Record<string, string> {
  return Object.fromEntries(
    OPTION_NAMES.flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

/** What converts a job again with these options. Without any parameter, the gateway would leave the job its own options. */
export const optionsToSend = (options: Readonly<Record<string, string>>): Record<string, string> =>
  Object.keys(options).length > 0 ? { ...options } : queryOfOptions(DEFAULT_OPTIONS);
