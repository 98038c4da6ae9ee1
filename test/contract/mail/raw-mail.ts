/** The parts of a mail that these tests read (RFC 5322, with RFC 2047 in header fields). */
export interface ReadMail {
  /** Names in lower case and values, in their order. */
  headers: [name: string, value: string][];
  header(name: string): string | undefined;
  /** The decoded body of a mail with one part, with one character for each byte. */
  body: string;
}

export function readMail(raw: string): ReadMail {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((field): [string, string] => {
      const colon = field.indexOf(':');
      const value = field.slice(colon + 1).replace(/\r\n(?=[ \t])/g, '');
      return [field.slice(0, colon).toLowerCase(), decodeWords(value.trim())];
    });
  const header = (name: string) => headers.find(([found]) => found === name)?.[1];
  return { headers, header, body: unquote(raw.slice(end + 4).replace(/=\r\n/g, ''), /=([0-9A-F]{2})/g) };
}

const unquote = (text: string, code: RegExp) =>
  text.replace(code, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('latin1')
        : unquote(word.replaceAll('_', ' '), /=([0-9A-F]{2})/gi),
    )
    .replace(/[\x80-\xff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'));
