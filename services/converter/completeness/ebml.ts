/** An element of EBML, the format below Matroska: RFC 8794. Positions are in bytes. */
export interface Element {
  /** Identifier with its marker bits, as documents write it. */
  id: number;
  start: number;
  /** Where the content ends by its own size. Infinite where the size is unknown, as in a live recording. */
  end: number;
}

const MAX_HEADER_BYTES = 12;

/**
 * Reads the header of the element at `at`. `offset` is the position of `bytes` in the file. Returns undefined when these
 * bytes are no header, or when it is incomplete.
 */
export function readElement(bytes: Buffer, at: number, offset = 0): Element | undefined {
  const idBytes = lengthOf(bytes[at]);
  if (idBytes === undefined || idBytes > 4 || at + idBytes >= bytes.length) return undefined;
  const sizeAt = at + idBytes;
  const sizeBytes = lengthOf(bytes[sizeAt]);
  if (sizeBytes === undefined || sizeAt + sizeBytes > bytes.length) return undefined;
  let size = (bytes[sizeAt] ?? 0) & (0xff >> sizeBytes);
  // All bits set means that the size is unknown.
  let isUnknown = size === 0xff >> sizeBytes;
  for (const byte of bytes.subarray(sizeAt + 1, sizeAt + sizeBytes)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  const start = offset + sizeAt + sizeBytes;
  return {
    id: bytes.readUIntBE(at, idBytes),
    start,
    end: isUnknown ? Number.POSITIVE_INFINITY : start + size,
  };
}

/** The number of bytes of a variable-length number, by the zero bits at its start. */
function lengthOf(first: number | undefined): number | undefined {
  return first === undefined || first === 0 ? undefined : Math.clz32(first) - 23;
}

/** Bytes that hold the header of any element. */
export const ELEMENT_HEADER_BYTES = MAX_HEADER_BYTES;

/** Reads an unsigned integer of up to eight bytes. */
export const readUnsigned = (bytes: Buffer): number => bytes.reduce((value, byte) => value * 256 + byte, 0);
