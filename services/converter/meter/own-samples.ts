/** Two samples of 16 bits. */
const FRAME_BYTES = 4;

/** Which of the samples that arrive a meter measures. */
export interface OwnSamples {
  /** Samples of each channel, at the start, that belong to the part before. A block at least, or none. */
  leadIn: number;
  /** How many samples of each channel the part has. Those behind them belong to the next part. Undefined for the last part. */
  length?: number | undefined;
}

/** Takes the samples of a sound in pieces, which may be overwritten afterwards. */
export interface SampleSink {
  take(bytes: Uint8Array): void;
  /** Says that there are no more. */
  end(): void;
}

export interface BlockListener {
  /** Is called when the block is full. */
  full(): void;
  /** Is called at the end. So many samples of each channel are in the block. */
  end(frames: number): void;
}

/**
 * Takes interleaved stereo of 16 bits. It fills the block again and again: with the last block of the lead-in, where there is one,
 * and then with the samples of the part.
 */
export function createBlockSink(
  block: Uint8Array,
  { leadIn, length = Number.POSITIVE_INFINITY }: OwnSamples,
  { full, end }: BlockListener,
): SampleSink {
  const heard = Math.min(leadIn, block.length / FRAME_BYTES);
  let toSkip = (leadIn - heard) * FRAME_BYTES;
  let toTake = (heard + length) * FRAME_BYTES;
  let filled = 0;
  return {
    take(bytes) {
      let at = Math.min(toSkip, bytes.length);
      toSkip -= at;
      const last = Math.min(bytes.length, at + toTake);
      toTake -= last - at;
      while (at < last) {
        const taken = bytes.subarray(at, Math.min(last, at + block.length - filled));
        block.set(taken, filled);
        at += taken.length;
        filled += taken.length;
        if (filled < block.length) continue;
        full();
        filled = 0;
      }
    },
    end: () => end(Math.floor(filled / FRAME_BYTES)),
  };
}
