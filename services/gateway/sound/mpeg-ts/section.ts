/** The longest section of PAT and PMT: ISO 13818-1 2.4.4.3. */
const MAX_BYTES = 1024;
const HEADER_BYTES = 3;

/** Collects the sections of one PID, each with its header and its checksum. */
export class SectionReader {
  #bytes: number[] = [];

  /**
   * Returns the sections that the payload of a packet completes.
   *
   * @param isStart whether a section begins in the packet, so that its payload begins with a pointer to it
   */
  read(payload: Uint8Array, isStart: boolean): Uint8Array[] {
    if (!isStart) return this.#append(payload);
    const [pointer = 0] = payload;
    const completed = this.#append(payload.subarray(1, 1 + pointer));
    this.#bytes = [];
    return [...completed, ...this.#startAt(payload.subarray(1 + pointer))];
  }

  #startAt(content: Uint8Array): Uint8Array[] {
    // A byte 0xff is no table: it fills the packet.
    this.#bytes = content[0] === 0xff ? [] : [...content];
    return this.#take();
  }

  #append(content: Uint8Array): Uint8Array[] {
    if (this.#bytes.length === 0) return [];
    if (this.#bytes.length < 2 * MAX_BYTES) this.#bytes.push(...content);
    return this.#take();
  }

  #take(): Uint8Array[] {
    const sections: Uint8Array[] = [];
    for (;;) {
      const size = HEADER_BYTES + ((((this.#bytes[1] ?? 0) & 0x0f) << 8) | (this.#bytes[2] ?? 0));
      if (this.#bytes.length < HEADER_BYTES || this.#bytes.length < size) return sections;
      sections.push(Uint8Array.from(this.#bytes.slice(0, size)));
      const rest = this.#bytes.slice(size);
      this.#bytes = rest[0] === 0xff ? [] : rest;
    }
  }
}

/** Whether the checksum at the end of a section is right: ISO 13818-1 annex A. */
export function isIntact(section: Uint8Array): boolean {
  let crc = 0xffffffff;
  for (const byte of section) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc === 0;
}

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
