import { FrameSample } from '../frame-sample.ts';
import { decodingTime, isPes, pesHeaderBytes } from '../mpeg-system/pes.ts';
import { StreamClock } from '../mpeg-system/stream-clock.ts';
import type { ElementaryStream } from './elementary-stream.ts';

/** What was seen of one stream so far. */
export class StreamProgress {
  readonly stream: ElementaryStream;
  readonly clock = new StreamClock();
  readonly sample = new FrameSample();
  /** Number of its PES packets. */
  count = 0;
  /** Packets of the transport stream since the last PES packet began, with the first one. */
  packets = 0;

  constructor(stream: ElementaryStream) {
    this.stream = stream;
  }

  /** Takes a packet of the stream. @param position where it is in the file */
  read(payload: Uint8Array, isStart: boolean, position: number): void {
    this.packets += 1;
    if (isStart && isPes(payload)) this.#begin(payload, position);
    if (this.count === 0 || this.stream.kind !== 'audio') return;
    this.sample.add(isStart ? payload.subarray(pesHeaderBytes(payload)) : payload);
  }

  #begin(payload: Uint8Array, position: number): void {
    this.count += 1;
    this.packets = 1;
    const time = decodingTime(payload);
    if (time !== undefined) this.clock.add(time, position);
  }
}
