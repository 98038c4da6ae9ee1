import type { Context } from 'koa';
import type { ConversionOptions } from '../../../shared/jobs/conversion-options.ts';
import type { OriginalFile } from '../../../shared/jobs/job-view.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import type { OptionEntry } from '../../options/parse-options.ts';
import { cleanName } from '../file-name.ts';
import { tooLarge } from '../open-media.ts';
import { ORIGINAL_NAMES, parseOriginal } from '../original-file.ts';
import { uploadOptions } from '../upload-options.ts';
import { parseMetadata } from './metadata.ts';

/** What a client says of an upload before its bytes. */
export interface Creation {
  /** Bytes. Null where the client tells the size later (`Upload-Defer-Length`). */
  size: number | null;
  /** The header `Upload-Metadata` as it was sent, because a HEAD returns it. */
  metadata: string;
  filename: string;
  options: ConversionOptions;
  original: OriginalFile | null;
}

/** Metadata under which clients send the name of the file. tus-js-client uses the first, Uppy the second. */
const NAMES_OF_FILE = ['filename', 'name'];
/** Metadata that clients send of their own accord: tus-js-client `filetype`, Uppy the others. */
const IGNORED = ['filetype', 'type', 'relativePath'];

/**
 * Reads the headers of a creation, so that a bad request is refused before its file arrives.
 * Throws `bad_request`, `empty_file`, `too_large`, `invalid_option`, and `not_implemented` for a concatenation.
 */
export function readCreation(context: Pick<Context, 'get'>, maxUploadBytes: number): Creation {
  if (context.get('upload-concat') !== '')
    throw new AppError('not_implemented', 'uploads in parallel parts are not supported (Upload-Concat)');
  const size = readSize(context, maxUploadBytes);
  const metadata = context.get('upload-metadata');
  const entries = parseMetadata(metadata);
  return { size, metadata, ...readParameters(entries) };
}

function readSize(context: Pick<Context, 'get'>, maxUploadBytes: number): number | null {
  const length = context.get('upload-length');
  const deferred = context.get('upload-defer-length');
  if ((length === '') === (deferred === ''))
    throw new AppError('bad_request', 'send either Upload-Length, in bytes, or Upload-Defer-Length: 1');
  if (deferred !== '') {
    if (deferred !== '1') throw new AppError('bad_request', 'Upload-Defer-Length is 1');
    return null;
  }
  if (!/^(0|[1-9]\d{0,15})$/.test(length))
    throw new AppError('bad_request', 'Upload-Length is a number of bytes');
  const size = Number(length);
  if (size === 0) throw new AppError('empty_file', 'the file is empty');
  if (size > maxUploadBytes) throw tooLarge(maxUploadBytes);
  return size;
}

function readParameters(entries: readonly OptionEntry[]): Omit<Creation, 'size' | 'metadata'> {
  const values = new Map(entries);
  const filename = NAMES_OF_FILE.map((name) => values.get(name)).find((value) => value);
  const others = [...NAMES_OF_FILE, ...IGNORED, ...ORIGINAL_NAMES];
  const given = entries.filter(([name]) => !others.includes(name));
  return {
    filename: cleanName(filename ?? ''),
    // The form of a page sends empty values, too. They are not given.
    options: uploadOptions('', { fields: () => given }).parse(),
    original: parseOriginal(entries),
  };
}
