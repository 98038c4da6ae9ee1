/** A number of the metadata: AMF 0 writes its name, the type 0, and 64 bits. */
interface MetadataNumber {
  /** Where the 64 bits are. */
  at: number;
  value: number;
}

/** Finds a number by its name in the start of a file, as the server does to tell whether the file is complete. */
export function findNumber(head: Uint8Array, name: string): MetadataNumber | undefined {
  const key = [0, name.length, ...new TextEncoder().encode(name), 0];
  const last = head.length - key.length - 8;
  for (let start = 0; start <= last; start++) {
    if (!key.every((byte, index) => head[start + index] === byte)) continue;
    const at = start + key.length;
    return { at, value: new DataView(head.buffer, head.byteOffset).getFloat64(at) };
  }
  return undefined;
}
