import { createHash, type KeyObject, verify } from 'node:crypto';

/**
 * Whether a mail has a DKIM signature of this key that covers at least these header fields (RFC 6376, only `relaxed/relaxed`
 * and `rsa-sha256`). The mail has one character for each byte.
 */
export function isSigned(raw: string, key: KeyObject, covers: string[]): boolean {
  const end = raw.indexOf('\r\n\r\n');
  const fields = raw.slice(0, end).split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? '';
  const tags = Object.fromEntries(
    signature
      .slice(signature.indexOf(':') + 1)
      .replace(/\s+/g, '')
      .split(';')
      .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
  const { a, c, h = '', b = '', bh } = tags as Record<string, string | undefined>;
  if (a !== 'rsa-sha256' || c !== 'relaxed/relaxed') return false;
  const names = h.toLowerCase().split(':');
  if (!covers.every((name) => names.includes(name))) return false;

  // RFC 6376, 3.4.4
  const lines = raw.slice(end + 4).split('\r\n');
  const body = lines.map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, '')).join('\r\n');
  const hash = createHash('sha256')
    .update(body.replace(/(\r\n)*$/, '\r\n'), 'latin1')
    .digest('base64');
  // RFC 6376, 3.4.2. Of a field that occurs more than once, the last one comes first (5.4.2).
  const relaxed = (field: string) => {
    const colon = field.indexOf(':');
    const value = field
      .slice(colon + 1)
      .replace(/\r\n/g, '')
      .replace(/[ \t]+/g, ' ')
      .trim();
    return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
  };
  const left = fields.map(relaxed);
  const signed = names.flatMap((name) => {
    const at = left.findLastIndex((field) => field.startsWith(`${name}:`));
    return at < 0 ? [] : left.splice(at, 1);
  });
  signed.push(relaxed(signature).replace(/(; ?b=)[^;]*/, '$1'));
  const data = Buffer.from(signed.join('\r\n'), 'latin1');
  return hash === bh && verify('sha256', data, key, Buffer.from(b, 'base64'));
}
