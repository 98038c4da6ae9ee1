import { MIMEType } from 'node:util';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { AppError } from '../../shared/runtime/errors.ts';
import type { OptionEntry } from '../options/parse-options.ts';

/** The most bytes of a form beside its file: boundaries, part headers, other fields, text before and after the parts. */
export const ENVELOPE_BYTES = 64 * 1024;
/** The most bytes of the headers of one part, counted in whole slices. */
const PART_HEADER_BYTES = 8 * 1024;
const MAX_PARTS = 21;
/** RFC 2046 5.1.1: a boundary has 1 to 70 characters and does not end with a space. */
const BOUNDARY = /^[!#-[\]-~ ]{0,69}[!#-[\]-~]$/;
/** RFC 7578 4.7 forbids other encodings in a form. */
const PLAIN_ENCODINGS = ['7bit', '8bit', 'binary'];

/**
 * Bytes that the parser gets at once. They are counted after each slice. Slices are small to
 * bound the parser's memory, and cost 1.2 s of CPU time for each GiB.
 */
const SLICE_BYTES = 1024;

/**
 * Parses a multipart form (RFC 7578) whose one file is in the field `file`, and counts everything else in it.
 * The parser that we use cuts off silently at its own limits, and has no limit for text before, after or between the parts.
 */
export class FormParser {
  readonly #busboy: BusboyInstance;
  readonly #finished = Promise.withResolvers<void>();
  #file: BusboyFileStream | undefined;
  #filename: string | undefined;
  readonly #fields: OptionEntry[] = [];
  /** Bytes of the file that were parsed and not returned yet. */
  #pieces: Buffer[] = [];
  #refusal: AppError | undefined;
  /** Whether the bytes that arrive are the value of another field. */
  #inField = false;
  /** Whether the value of a field has ended in the slice that is parsed. */
  #fieldEnded = false;
  #total = 0;
  #fileBytes = 0;
  /** Bytes since the last byte of a file's or field's content. */
  #headerBytes = 0;

  /** Throws `bad_request` for a boundary that the standard does not allow. */
  constructor(contentType: string) {
    this.#busboy = new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${boundaryOf(contentType)}"` },
      preservePath: true,
      // These limits are above those that are counted here, so that a form which the parser cuts off is always refused.
      limits: {
        parts: MAX_PARTS,
        headerSize: PART_HEADER_BYTES + 2 * SLICE_BYTES,
        headerPairs: Infinity,
        fieldSize: ENVELOPE_BYTES,
      },
      isPartAFile: (name, type, filename) => this.#isWantedFile(name, type, filename),
    });
    // `end` reports the error.
    this.#finished.promise.catch(() => undefined);
    this.#busboy
      .on('file', (_name, stream, name, encoding) => this.#beginFile(stream, name, encoding))
      .on('field', (name, value, _nameCut, _valueCut, encoding) => this.#endField(name, value, encoding))
      .on('partsLimit', () => this.#refuse(tooMuch()))
      .on('error', this.#finished.reject)
      .on('finish', this.#finished.resolve);
  }

  /** The name of the file, empty where the form gives none. It is undefined until the part of the file begins. */
  get filename(): string | undefined {
    return this.#filename;
  }

  /** The other fields that were parsed so far. Their values are bounded by {@link ENVELOPE_BYTES}. */
  get fields(): readonly OptionEntry[] {
    return this.#fields;
  }

  /** Parses the next bytes of the form and returns the file's bytes among them. Throws as soon as the form is refused. */
  async write(bytes: Uint8Array): Promise<Buffer> {
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      await this.#parse(bytes.subarray(start, start + SLICE_BYTES));
    }
    return this.#takeFileBytes();
  }

  /** Returns the last bytes of the file. Throws when the form is cut off. */
  async end(): Promise<Buffer> {
    this.#busboy.end();
    await this.#finished.promise.catch(throwMalformed);
    return this.#takeFileBytes();
  }

  #isWantedFile(name: string | undefined, type: string | undefined, filename: string | undefined): boolean {
    const isFile = name === 'file' && (filename !== undefined || type !== 'text/plain');
    if (isFile && this.#file) this.#refuse(new AppError('bad_request', 'send one file at a time'));
    this.#inField = !isFile || this.#file !== undefined;
    return !this.#inField;
  }

  #beginFile(stream: BusboyFileStream, name: string | undefined, encoding: string): void {
    if (!PLAIN_ENCODINGS.includes(encoding)) this.#refuse(unsupportedEncoding(encoding));
    this.#file = stream;
    this.#filename = unescapeQuotes(name);
    stream.on('error', this.#finished.reject).on('data', (piece: Buffer) => this.#pieces.push(piece));
  }

  /** A part without a name gets the empty one, which no option has. */
  #endField(name: string | undefined, value: string, encoding: string): void {
    this.#inField = false;
    this.#fieldEnded = true;
    if (!PLAIN_ENCODINGS.includes(encoding)) this.#refuse(unsupportedEncoding(encoding));
    this.#fields.push([name ?? '', value]);
  }

  async #parse(slice: Uint8Array): Promise<void> {
    this.#fieldEnded = false;
    await new Promise<void>((parsed, failed) => {
      this.#busboy.write(slice, (error) => (error ? failed(error) : parsed()));
    }).catch(throwMalformed);
    const before = this.#fileBytes;
    this.#fileBytes = this.#file?.bytesRead ?? 0;
    this.#total += slice.length;
    const hasContent = this.#inField || this.#fieldEnded || this.#fileBytes > before;
    this.#headerBytes = hasContent ? 0 : this.#headerBytes + slice.length;
    if (this.#total - this.#fileBytes > ENVELOPE_BYTES) this.#refuse(tooMuch());
    if (this.#headerBytes > PART_HEADER_BYTES) this.#refuse(notAForm());
    if (this.#refusal) throw this.#refusal;
  }

  /** Only the first reason counts. */
  #refuse(reason: AppError): void {
    this.#refusal ??= reason;
  }

  #takeFileBytes(): Buffer {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }
}

function boundaryOf(contentType: string): string {
  let boundary: string | null = null;
  try {
    boundary = new MIMEType(contentType).params.get('boundary');
  } catch {
    // An invalid Content-Type is refused below, like one without a boundary.
  }
  if (boundary === null || !BOUNDARY.test(boundary)) {
    throw new AppError('bad_request', 'Content-Type needs a boundary of 1 to 70 characters (RFC 2046)');
  }
  return boundary;
}

/**
 * Browsers write a quotation mark in a name as `%22`.
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
const unescapeQuotes = (name: string | undefined): string => name?.replaceAll('%22', '"') ?? '';

const tooMuch = (): AppError =>
  new AppError(
    'too_large',
    `a form may have at most ${MAX_PARTS} parts, and at most ${ENVELOPE_BYTES} bytes beside the file in its field \`file\``,
  );

/** This is also the error for a form whose boundary is not the one in its Content-Type. */
const notAForm = (): AppError =>
  new AppError(
    'bad_request',
    `the form is malformed: ${PART_HEADER_BYTES} bytes in a row belong to no file and no field`,
  );

const unsupportedEncoding = (encoding: string): AppError =>
  new AppError(
    'unsupported_media_type',
    `send files and fields as they are: Content-Transfer-Encoding ${encoding.slice(0, 50)} is not supported`,
  );

function throwMalformed(cause: unknown): never {
  throw new AppError('bad_request', 'the form is malformed or cut off', { cause });
}
