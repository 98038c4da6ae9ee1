import { randomBytes } from '../../support/random.ts';

/** Random bytes with the signature of an MP4. The gateway checks nothing else. */
export function mp4(size: number): Buffer {
  const bytes = randomBytes(size);
  bytes.write('\0\0\0\x18ftypisom', 'latin1');
  return bytes;
}

const BOUNDARY = 'xxBOUNDARYxx';
export const formType = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

/** One part of a form. `disposition` is appended to its Content-Disposition, after the field name. */
export function part(
  name: string,
  content: string | Buffer,
  disposition = '',
  headers: string[] = [],
): Buffer {
  const lines = [`--${BOUNDARY}`, `Content-Disposition: form-data; name="${name}"${disposition}`, ...headers];
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
}

export const filePart = (content: Buffer, filename = 'a.mp4'): Buffer =>
  part('file', content, `; filename="${filename}"`, ['Content-Type: video/mp4']);

/** A form of these parts. Without `end` it is cut off before its last boundary. */
export const form = (parts: Buffer[], { end = true } = {}): Buffer =>
  Buffer.concat([...parts, ...(end ? [Buffer.from(`--${BOUNDARY}--\r\n`)] : [])]);
