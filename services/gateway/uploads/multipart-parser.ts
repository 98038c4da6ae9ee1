import { MIMEType } from 'node:util';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { AppError } from '../../shared/runtime/errors.ts';

/** The most bytes of a form beside its file: boundaries, part headers, other fields, text before and after the parts. */
export const ENVELOPE_BYTES = 64 * 1024;
/** The most bytes of the headers of one part, counted in whole slices. */
const PART_HEADER_BYTES = 8 * 1024;
const MAX_PARTS = 21;
/** RFC 2046 5.1.1: a boundary has 1 to 70 characters and does not end with a space. */
const BOUNDARY = /^[!#-[\]-~ ]{0,69}[!#-[\]-~]$/;
/** RFC 7578 4.7 forbids other encodings in a form. */
const PLAIN_ENCODINGS = ['7bit', '8bit', 'binary'];

/** Bytes that the parser gets at once. They are counted after each slice. Slices are small to bound the parser's memory, and cost 1.2 s of CPU for a GiB. */
const SLICE_BYTES = 1024;

export interface FormParser {
  /** The name of the file, empty where the form gives none. It is undefined until the part of the file begins. */
  readonly filename: string | undefined;
  /** Parses the next bytes of the form and returns the file's bytes among them. Throws as soon as the form is refused. */
  write(bytes: Uint8Array): Promise<Buffer>;
  /** Returns the last bytes of the file. Throws when the form is cut off. */
  end(): Promise<Buffer>;
}

/**
 * Parses a multipart form (RFC 7578) whose one file is in the field `file`, and counts everything else in it.
 * The parser that we use cuts off silently at its own limits, and has no limit for text before, after or between the parts.
 * Throws `bad_request` for a boundary that the standard does not allow.
 */
export function createFormParser(contentType: string): FormParser {
  let file: BusboyFileStream | undefined;
  let filename: string | undefined;
  let pieces: Buffer[] = [];
  let refusal: AppError | undefined;
  /** Whether the bytes that arrive are the value of another field. */
  let inField = false;
  let total = 0;
  let fileBytes = 0;
  /** Bytes since the last byte of a file's or field's content. */
  let headerBytes = 0;

  const parser = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundaryOf(contentType)}"` },
    preservePath: true,
    // These limits are above those that are counted here, so that a form which the parser cuts off is always refused.
    limits: {
      parts: MAX_PARTS,
      headerSize: PART_HEADER_BYTES + 2 * SLICE_BYTES,
      headerPairs: Infinity,
      fieldSize: ENVELOPE_BYTES,
    },
    isPartAFile(name, type, filename) {
      const isFile = name === 'file' && (filename !== undefined || type !== 'text/plain');
      if (isFile && file) refusal ??= new AppError('bad_request', 'send one file at a time');
      inField = !isFile || file !== undefined;
      return !inField;
    },
  });
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  finished.catch(() => undefined); // `end` reports it
  parser
    .on('file', (_name, stream, name, encoding) => {
      if (!PLAIN_ENCODINGS.includes(encoding)) refusal ??= encoded(encoding);
      file = stream;
      filename = quoted(name);
      stream.on('error', reject).on('data', (piece: Buffer) => pieces.push(piece));
    })
    .on('field', () => {
      inField = false;
    })
    .on('partsLimit', () => {
      refusal ??= tooMuch();
    })
    .on('error', reject)
    .on('finish', resolve);

  async function parse(slice: Uint8Array): Promise<void> {
    await new Promise<void>((parsed, failed) => {
      parser.write(slice, (error) => (error ? failed(error) : parsed()));
    }).catch(throwMalformed);
    const before = fileBytes;
    fileBytes = file?.bytesRead ?? 0;
    total += slice.length;
    headerBytes = inField || fileBytes > before ? 0 : headerBytes + slice.length;
    if (total - fileBytes > ENVELOPE_BYTES) refusal ??= tooMuch();
    if (headerBytes > PART_HEADER_BYTES) refusal ??= notAForm();
    if (refusal) throw refusal;
  }

  function parsedBytes(): Buffer {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    return bytes;
  }

  return {
    get filename() {
      return filename;
    },

    async write(bytes) {
      for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
        await parse(bytes.subarray(start, start + SLICE_BYTES));
      }
      return parsedBytes();
    },

    async end() {
      parser.end();
      await finished.catch(throwMalformed);
      return parsedBytes();
    },
  };
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

/** Browsers write a quotation mark in a name as `%22`. @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
const quoted = (name: string | undefined): string => name?.replaceAll('%22', '"') ?? '';

const tooMuch = (): AppError =>
  new AppError(
    'too_large',
    `a form may have at most ${MAX_PARTS} parts, and at most ${ENVELOPE_BYTES} bytes beside its file`,
  );

/** The error also for a form whose boundary is not the one in its Content-Type. */
const notAForm = (): AppError =>
  new AppError(
    'bad_request',
    `the form is malformed: ${PART_HEADER_BYTES} bytes in a row belong to no file and no field`,
  );

const encoded = (encoding: string): AppError =>
  new AppError(
    'unsupported_media_type',
    `send the file as it is: Content-Transfer-Encoding ${encoding.slice(0, 50)} is not supported`,
  );

function throwMalformed(cause: unknown): never {
  throw new AppError('bad_request', 'the form is malformed or cut off', { cause });
}
