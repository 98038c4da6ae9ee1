import { abortable } from '../../shared/runtime/abortable.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { endIterator } from './request-stream.ts';

/**
 * Bytes that are enough to recognize every container: two packets of an
 * MPEG transport stream with the timestamps of M2TS.
 */
const SIGNATURE_BYTES = 400;

const ascii = (head: Buffer, start: number, end: number) => head.toString('latin1', start, end);
const hex = (head: Buffer, length: number) => head.toString('hex', 0, length);

/** The containers that the converter reads, by their first bytes. ffprobe checks the rest of the file. */
const SIGNATURES: Record<string, (head: Buffer) => boolean> = {
  // ISO 14496-12 4.2: the type of the first box follows its size.
  'mp4, mov, 3gp': (head) =>
    ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'].includes(ascii(head, 4, 8)),
  'mkv, webm': (head) => hex(head, 4) === '1a45dfa3',
  avi: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 11) === 'AVI',
  wav: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WAVE',
  // ISO 13818-1 2.4.3.2: packets of 188 bytes begin with 0x47. M2TS adds a 4-byte timestamp before each packet.
  mpegts: (head) => (head[0] === 0x47 && head[188] === 0x47) || (head[4] === 0x47 && head[196] === 0x47),
  mpeg: (head) => ['000001ba', '000001b3'].includes(hex(head, 4)),
  flv: (head) => ascii(head, 0, 3) === 'FLV',
  ogg: (head) => ascii(head, 0, 4) === 'OggS',
  'wmv, asf': (head) => hex(head, 8) === '3026b2758e66cf11',
  flac: (head) => ascii(head, 0, 4) === 'fLaC',
  // An MPEG audio frame and AAC in ADTS begin with eleven set bits. An ID3v2 tag may come first.
  'mp3, aac': (head) => ascii(head, 0, 3) === 'ID3' || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0),
};

/** Whether a file that begins with these bytes may be a media file. */
export const looksLikeMedia = (head: Buffer): boolean =>
  Object.values(SIGNATURES).some((matches) => matches(head));

export interface OpenMediaOptions {
  maxBytes: number;
  /** Ends the wait for the head. The reader of `bytes` watches the signal from then on. */
  signal: AbortSignal;
}

/** A file whose first bytes look like media. Disposing of it ends its source. */
export interface Media extends Disposable {
  /** The whole file. Throws `too_large` as soon as it is longer than `maxBytes`. */
  bytes: AsyncIterable<Uint8Array>;
}

/** Reads the first bytes of a file. Throws `empty_file`, `not_media` or `too_large`. */
export async function openMedia(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: OpenMediaOptions,
): Promise<Media> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(iterator, { maxBytes, signal });
    if (head.length === 0) throw new AppError('empty_file', 'the file is empty');
    if (!looksLikeMedia(head)) throw notMedia();
    const bytes = limitBytes(head, iterator, maxBytes);
    return { bytes, [Symbol.dispose]: () => endIterator(iterator) };
  } catch (error) {
    endIterator(iterator);
    throw error;
  }
}

async function readHead(
  iterator: AsyncIterator<Uint8Array>,
  { maxBytes, signal }: OpenMediaOptions,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let size = 0; size < SIGNATURE_BYTES; ) {
    const { done, value } = await abortable(iterator.next(), signal);
    if (done) break;
    size += value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    pieces.push(value);
  }
  return Buffer.concat(pieces);
}

async function* limitBytes(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (let size = head.length; ; ) {
    const { done, value } = await iterator.next();
    if (done) return;
    size += value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield value;
  }
}

const notMedia = (): AppError =>
  new AppError(
    'not_media',
    `this is not a media file of a supported type (${Object.keys(SIGNATURES).join(', ')})`,
  );

/** The error for a file of more than `maxBytes` bytes. */
export const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `a file may have ${maxBytes} bytes at most`);
