const BLOCK_BYTES = 64 * 1024;

/** Keeps the last bytes of a stream. Its memory is bounded, whatever the sizes of the pieces are. */
export interface LastBytes {
  add(bytes: Uint8Array): void;
  /** Bytes that were added so far. */
  readonly total: number;
  /** The last bytes that were added, at most `maxBytes` of them. They are valid until the next call of `add`. */
  pieces(): Buffer[];
}

/**
 * Bytes are copied into blocks that are used in turn. Keeping the pieces instead would need a hundred times the memory where a
 * client sends its file byte by byte.
 */
export function keepLastBytes(maxBytes: number, blockBytes = BLOCK_BYTES): LastBytes {
  const count = Math.ceil(maxBytes / blockBytes);
  const blocks: Buffer[] = [];
  let total = 0;

  function blockAt(position: number): Buffer {
    const place = Math.floor(position / blockBytes) % count;
    blocks[place] ??= Buffer.allocUnsafeSlow(blockBytes);
    return blocks[place];
  }

  return {
    get total() {
      return total;
    },
    add(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const offset = total % blockBytes;
        const part = bytes.subarray(done, done + blockBytes - offset);
        blockAt(total).set(part, offset);
        done += part.length;
        total += part.length;
      }
    },
    pieces() {
      const pieces: Buffer[] = [];
      for (let position = total - Math.min(total, maxBytes); position < total; ) {
        const offset = position % blockBytes;
        const length = Math.min(blockBytes - offset, total - position);
        pieces.push(blockAt(position).subarray(offset, offset + length));
        position += length;
      }
      return pieces;
    },
  };
}
