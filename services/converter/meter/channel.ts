/** Samples on each side of a place from which the sound between two samples is interpolated. */
export const REACH = 16;
/** The samples in front of a block that are kept from the block before. */
export const HISTORY = 2 * REACH;

export interface Block {
  /** The samples of all channels, interleaved. */
  samples: Float32Array;
  channels: number;
  /** Samples of each channel. */
  length: number;
}

/** One channel of a sound that comes in blocks. */
export interface Channel {
  /** The samples of the block, behind the last HISTORY ones of the block before. */
  readonly line: Float32Array;
  /**
   * Takes samples out of the block. Returns the highest absolute one, and notes those above `threshold`. This is one loop, because
   * several would take most of the time of the measurement.
   */
  take(from: number, to: number, threshold: number): number;
  /** Calls `look` with the place in the line of each noted sample that has REACH samples before it and behind it. */
  lookAtLoud(look: (line: Float32Array, at: number) => void): void;
  /** Makes room for the next block. */
  advance(): void;
}

export function createChannel({ samples, channels, length }: Block, channel: number): Channel {
  const line = new Float32Array(HISTORY + length);
  /** The samples that are too near to the end of a block are looked at with the next one. */
  const loud = new Int32Array(HISTORY + length);
  let loudCount = 0;
  let end = HISTORY;

  function advance(): void {
    line.copyWithin(0, end - HISTORY, end);
    for (let index = 0; index < loudCount; index++) loud[index] = (loud[index] as number) - (end - HISTORY);
    end = HISTORY;
  }

  return {
    line,
    advance,
    take(from, to, threshold) {
      let peak = 0;
      let noted = loudCount;
      let source = from * channels + channel;
      for (let at = HISTORY + from; at < HISTORY + to; at++) {
        const sample = samples[source] as number;
        source += channels;
        line[at] = sample;
        const level = Math.abs(sample);
        if (level > peak) peak = level;
        if (level > threshold) loud[noted++] = at;
      }
      loudCount = noted;
      end = HISTORY + to;
      return peak;
    },
    lookAtLoud(look) {
      let kept = 0;
      for (let index = 0; index < loudCount; index++) {
        const at = loud[index] as number;
        if (at < end - REACH) look(line, at);
        else loud[kept++] = at;
      }
      loudCount = kept;
    },
  };
}
