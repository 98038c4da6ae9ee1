/** Media types of pictures by their first bytes, in hexadecimal. What a container says about a picture is often wrong. */
const SIGNATURES: readonly [type: string, signature: RegExp][] = [
  ['image/jpeg', /^ffd8ff/],
  ['image/png', /^89504e470d0a1a0a/],
  ['image/gif', /^47494638(?:37|39)61/],
  ['image/bmp', /^424d/],
  ['image/webp', /^52494646.{8}57454250/],
];

/** Returns the media type of a picture, or undefined for one that no player would show. */
export function pictureType(bytes: Buffer): string | undefined {
  const head = bytes.toString('hex', 0, 16);
  return SIGNATURES.find(([, signature]) => signature.test(head))?.[0];
}
