import type { ElementaryStream } from './elementary-stream.ts';
import { CLOCK, decodingTime, isPes, pesHeaderBytes, ticksBetween } from './pes.ts';

/** A longer step between two times is a jump of the clock. */
const MAX_STEP = CLOCK;
/** Bytes of a stream that are kept to look at its frames. */
const SAMPLE_BYTES = 32 * 1024;

/** What was seen of one stream so far. */
export class StreamProgress {
  readonly stream: ElementaryStream;
  /** Number of its PES packets. */
  count = 0;
  /** Packets of the transport stream since the last PES packet began, with the first one. */
  packets = 0;
  /** How far its clock has advanced, in ticks, without jumps. */
  advanced = 0;
  /** Where the last PES packet with a time begins in the file. */
  lastTimed = -1;
  #time: number | undefined;
  readonly #sample: Uint8Array[] = [];
  #sampleBytes = 0;

  constructor(stream: ElementaryStream) {
    this.stream = stream;
  }

  /** Takes a packet of the stream. @param position where it is in the file */
  read(payload: Uint8Array, isStart: boolean, position: number): void {
    this.packets += 1;
    if (isStart && isPes(payload)) this.#begin(payload, position);
    if (this.count === 0 || this.#sampleBytes >= SAMPLE_BYTES || this.stream.kind !== 'audio') return;
    const content = isStart ? payload.slice(pesHeaderBytes(payload)) : payload.slice();
    this.#sample.push(content);
    this.#sampleBytes += content.length;
  }

  /** The beginning of its content. */
  sample(): Uint8Array {
    const bytes = new Uint8Array(this.#sampleBytes);
    let at = 0;
    for (const part of this.#sample) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #begin(payload: Uint8Array, position: number): void {
    this.count += 1;
    this.packets = 1;
    const time = decodingTime(payload);
    if (time === undefined) return;
    this.lastTimed = position;
    const step = this.#time === undefined ? 0 : ticksBetween(this.#time, time);
    if (step > 0 && step <= MAX_STEP) this.advanced += step;
    this.#time = time;
  }
}
