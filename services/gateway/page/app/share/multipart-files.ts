/** As many films as the page handles at a time. */
const MAX_FILES = 200;
const MAX_HEADER_BYTES = 8 * 1024;

const encoder = new TextEncoder();

/**
 * The files of a form, as parts of its body. A film may be larger than the memory, so nothing is copied: the body is read once
 * to find where its parts begin. `Response.formData()` would hold all of it in memory.
 * @param body of the content type `multipart/form-data` (RFC 7578)
 */
export async function multipartFiles(body: Blob, contentType: string, lastModified: number): Promise<File[]> {
  const [, boundary] = /^multipart\/form-data\s*;.*\bboundary="?([^";]{1,70})/i.exec(contentType) ?? [];
  if (boundary === undefined) return [];
  const lineEnd = '\r\n';
  const delimiter = encoder.encode(`${lineEnd}--${boundary}`);
  // The line end belongs to the delimiter, and the first one has none (RFC 2046, 5.1.1).
  const starts = [-lineEnd.length, ...(await findAll(body, delimiter, MAX_FILES))];
  const parts = starts.slice(0, -1).map((start, index) => {
    return body.slice(start + delimiter.length, starts[index + 1]);
  });
  const files = await Promise.all(parts.map((part) => fileOf(part, boundary, lastModified)));
  return files.filter((file) => file !== undefined);
}

/** The file in a part, whose header begins with a line end. Undefined where it is another field, or none was chosen. */
async function fileOf(part: Blob, boundary: string, lastModified: number): Promise<File | undefined> {
  const head = new Uint8Array(await part.slice(0, MAX_HEADER_BYTES).arrayBuffer());
  const end = indexOf(head, encoder.encode('\r\n\r\n'));
  if (end === -1) return undefined;
  const named = await readHeader(part.slice(0, end), boundary);
  if (!named?.name) return undefined;
  // Of these characters, a form has codes in names (HTML, 4.10.21.8). Not all browsers decode them.
  const name = named.name.replace(/%(?:22|0D|0A)/gi, decodeURIComponent);
  return new File([part.slice(end + 4)], name, { type: named.type, lastModified });
}

/** Has the browser read the header of a part, in a form with this one part, which is empty. */
async function readHeader(header: Blob, boundary: string): Promise<File | undefined> {
  const form = new Blob([`--${boundary}`, header, `\r\n\r\n\r\n--${boundary}--\r\n`]);
  const headers = { 'Content-Type': `multipart/form-data; boundary="${boundary}"` };
  try {
    const [value] = (await new Response(form, { headers }).formData()).values();
    return value instanceof File ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where the bytes occur in the blob, in order and `max` times at most. */
async function findAll(blob: Blob, bytes: Uint8Array, max: number): Promise<number[]> {
  const found: number[] = [];
  /** The end of what was read before: the bytes may begin in it. */
  let rest = new Uint8Array();
  let read = 0;
  const reader = blob.stream().getReader();
  while (found.length < max) {
    const { done, value } = await reader.read();
    if (done) return found;
    const window = new Uint8Array(rest.length + value.length);
    window.set(rest);
    window.set(value, rest.length);
    read += value.length;
    for (let at = indexOf(window, bytes); at !== -1; at = indexOf(window, bytes, at + 1))
      found.push(read - window.length + at);
    rest = window.slice(Math.max(0, window.length - bytes.length + 1));
  }
  await reader.cancel();
  return found.slice(0, max);
}

function indexOf(window: Uint8Array, bytes: Uint8Array, from = 0): number {
  const [first = 0] = bytes;
  for (let at = window.indexOf(first, from); at !== -1; at = window.indexOf(first, at + 1))
    if (at + bytes.length <= window.length && bytes.every((byte, index) => window[at + index] === byte))
      return at;
  return -1;
}
