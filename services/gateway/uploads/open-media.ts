import { abortable } from '../../shared/runtime/abortable.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { MEDIA_TYPES, startsLikeMedia } from '../signatures/magic-numbers.ts';
import {
  HEAD_BYTES,
  looksLikeMedia,
  PADDING_BYTES,
  paddingBytes,
  START_BYTES,
} from '../signatures/media-signature.ts';
import { endIterator } from './request-stream.ts';

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
  options: OpenMediaOptions,
): Promise<OpenHead> {
  const media = await openHead(source, options);
  try {
    requireMedia(media.head);
    return media;
  } catch (error) {
    media[Symbol.dispose]();
    throw error;
  }
}

/** A file of which perhaps only the beginning has arrived. */
export interface OpenHead extends Media {
  /** The bytes that are read already. `bytes` begins with them. */
  head: Buffer;
  /** Whether the source has ended before it was certain what the file is. More bytes may tell. */
  hasEnded: boolean;
}

/** Reads the first bytes of a file. Throws `too_large`. */
export async function openHead(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: OpenMediaOptions,
): Promise<OpenHead> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const { head, hasEnded } = await readHead(iterator, { maxBytes, signal });
    const bytes = limitBytes(head, iterator, maxBytes);
    return { head, hasEnded, bytes, [Symbol.dispose]: () => endIterator(iterator) };
  } catch (error) {
    endIterator(iterator);
    throw error;
  }
}

/** Throws `empty_file` or `not_media`, where the file that begins with these bytes is none. */
export function requireMedia(head: Buffer): void {
  if (head.length === 0) throw new AppError('empty_file', 'the file is empty');
  if (!looksLikeMedia(head)) throw notMedia();
}

/** Reads until the file is recognized by its start, or until there is enough for every search. */
async function readHead(
  iterator: AsyncIterator<Uint8Array>,
  options: OpenMediaOptions,
): Promise<Pick<OpenHead, 'head' | 'hasEnded'>> {
  const reader = new HeadReader(iterator, options);
  let head = await reader.read(START_BYTES);
  if (startsLikeMedia(head)) return { head, hasEnded: false };
  // The first piece may be long already, so that its padding counts before anything else is read.
  while (!reader.hasEnded) {
    const wanted = HEAD_BYTES + Math.min(paddingBytes(head), PADDING_BYTES);
    if (head.length >= wanted) break;
    head = await reader.read(wanted);
  }
  return { head, hasEnded: reader.hasEnded };
}

/**
 * Copies the pieces of a file into one buffer. Keeping the pieces instead would need a hundred times the memory where a client
 * sends its file byte by byte.
 */
class HeadReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #options: OpenMediaOptions;
  #buffer = Buffer.alloc(START_BYTES);
  #size = 0;
  hasEnded = false;

  constructor(iterator: AsyncIterator<Uint8Array>, options: OpenMediaOptions) {
    this.#iterator = iterator;
    this.#options = options;
  }

  /** Returns all bytes so far, at least `wanted` unless the source ends before. Throws `too_large`. */
  async read(wanted: number): Promise<Buffer> {
    const { maxBytes, signal } = this.#options;
    this.#reserve(wanted);
    while (this.#size < wanted) {
      const { done, value } = await abortable(this.#iterator.next(), signal);
      if (done) {
        this.hasEnded = true;
        break;
      }
      if (this.#size + value.length > maxBytes) throw tooLarge(maxBytes);
      this.#reserve(this.#size + value.length);
      this.#buffer.set(value, this.#size);
      this.#size += value.length;
    }
    return this.#buffer.subarray(0, this.#size);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const larger = Buffer.alloc(bytes);
    larger.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = larger;
  }
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

export const notMedia = (): AppError =>
  new AppError('not_media', `this is not a media file of a supported type (${MEDIA_TYPES.join(', ')})`);

/** The error for a file of more than `maxBytes` bytes. */
export const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `a file may have ${maxBytes} bytes at most`);
