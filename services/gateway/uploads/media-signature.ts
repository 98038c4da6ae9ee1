import { AppError } from '../../shared/runtime/errors.ts';

/** Enough of a file to know it by: two packets of an MPEG transport stream, with the timestamps of M2TS. */
const SIGNATURE_BYTES = 400;

const ascii = (head: Buffer, start: number, end: number) => head.toString('latin1', start, end);
const hex = (head: Buffer, length: number) => head.toString('hex', 0, length);

/** Containers that the converter reads, by their first bytes. Anything more is for ffprobe to say. */
const SIGNATURES: Record<string, (head: Buffer) => boolean> = {
  // ISO 14496-12 4.2: the type of the first box stands after its size.
  'mp4, mov, 3gp': (head) =>
    ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'].includes(ascii(head, 4, 8)),
  'mkv, webm': (head) => hex(head, 4) === '1a45dfa3',
  avi: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 11) === 'AVI',
  wav: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WAVE',
  // ISO 13818-1 2.4.3.2: packets of 188 bytes begin with 0x47; M2TS puts 4 bytes of time before each.
  mpegts: (head) => (head[0] === 0x47 && head[188] === 0x47) || (head[4] === 0x47 && head[196] === 0x47),
  mpeg: (head) => ['000001ba', '000001b3'].includes(hex(head, 4)),
  flv: (head) => ascii(head, 0, 3) === 'FLV',
  ogg: (head) => ascii(head, 0, 4) === 'OggS',
  'wmv, asf': (head) => hex(head, 8) === '3026b2758e66cf11',
  flac: (head) => ascii(head, 0, 4) === 'fLaC',
  // An MPEG audio frame or AAC in ADTS: twelve or eleven set bits; or an ID3v2 tag before it.
  'mp3, aac': (head) => ascii(head, 0, 3) === 'ID3' || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0),
};

export const looksLikeMedia = (head: Buffer): boolean =>
  Object.values(SIGNATURES).some((matches) => matches(head));

/** Passes bytes on as long as they may be a media file; throws `not_media`, `too_large` or `empty_file` as soon as it knows. */
export async function* inspected(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let size = 0;
  const check = (bytes: Buffer) => {
    if (!looksLikeMedia(bytes)) {
      throw new AppError(
        'not_media',
        `this is not a media file that we know (${Object.keys(SIGNATURES).join(', ')})`,
      );
    }
  };
  for await (const piece of source) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (head === undefined) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < SIGNATURE_BYTES) continue;
    check(head);
    yield head;
    head = undefined;
  }
  if (size === 0) throw new AppError('empty_file', 'the file is empty');
  if (head !== undefined) {
    check(head);
    yield head;
  }
}

export const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `a file may have ${maxBytes} bytes at most`);
