import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { checkOptions, isKnownName, type OptionEntry, parseOptions } from '../options/parse-options.ts';
import { ORIGINAL_NAMES } from './original-file.ts';
import type { OpenUpload } from './request-stream.ts';
import { WHOLE_NAME } from './sound-only/parse-whole.ts';

/** Query parameters of an upload that are not options. */
const OTHERS = ['filename', ...ORIGINAL_NAMES, WHOLE_NAME];

/** The options of one upload. Both the query and the fields of a form may give them, also when the fields follow the file. */
export interface UploadOptions {
  /** Throws `invalid_option` for what later fields cannot mend, so that a bad request is refused before its file arrives. */
  check(): void;
  /** Call this once the whole request has arrived. Throws `invalid_option`. */
  parse(): ConversionOptions;
}

/** A browser sends every control of a form, also those that were not filled in. Where an option has no value, it is not given. */
const isFilledIn = ([name, value]: OptionEntry): boolean => value !== '' || !isKnownName(name);

/** @param body undefined while the body is not open, or where it has no fields */
export function uploadOptions(querystring: string, body?: Pick<OpenUpload, 'fields'>): UploadOptions {
  const query = [...new URLSearchParams(querystring)].filter(([name]) => !OTHERS.includes(name));
  const entries = (): OptionEntry[] => [...query, ...(body?.fields() ?? []).filter(isFilledIn)];
  return {
    check: () => checkOptions(entries()),
    parse: () => parseOptions(entries()),
  };
}
