import { AppError } from '../../../shared/runtime/errors.ts';
import type { OptionEntry } from '../../options/parse-options.ts';

/** The most bytes of the header. Node accepts 16 KiB for all headers together. */
const MAX_METADATA_BYTES = 8 * 1024;

const KEY = /^[\x21-\x2b\x2d-\x7e]+$/;
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/**
 * Returns the names and values of an `Upload-Metadata` header: pairs of a name and a value in base64, separated by commas. A value
 * is text in UTF-8, and empty where there is none. Throws `bad_request`.
 */
export function parseMetadata(header: string): OptionEntry[] {
  if (header === '') return [];
  if (Buffer.byteLength(header) > MAX_METADATA_BYTES)
    throw new AppError('bad_request', `Upload-Metadata has ${MAX_METADATA_BYTES} bytes at most`);
  const entries = header.split(',').map(parsePair);
  if (new Set(entries.map(([name]) => name)).size < entries.length) throw invalidMetadata();
  return entries;
}

function parsePair(pair: string): OptionEntry {
  const [name = '', value = '', ...rest] = pair.trim().split(' ');
  if (rest.length > 0 || !KEY.test(name) || !BASE64.test(value)) throw invalidMetadata();
  try {
    return [
      name,
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64')),
    ];
  } catch (cause) {
    throw invalidMetadata(cause);
  }
}

const invalidMetadata = (cause?: unknown): AppError =>
  new AppError(
    'bad_request',
    'Upload-Metadata is a list of names, each once and with its value as base64 of UTF-8, such as `filename YS5tcDQ=,quality Mg==`',
    { cause },
  );
