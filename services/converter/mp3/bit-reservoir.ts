import { NotJoinable } from '../failure.ts';
import { type FrameHeader, frameBytes, HEADER_BYTES } from './frame-header.ts';
import { mainDataBegin, mainDataBytes, maxMainDataBegin, setMainDataBegin } from './side-info.ts';

/** Byte of the header that holds the bit rate's index (high four bits) and the padding bit. */
const RATE_BYTE = 2;
const PADDING_BIT = 0x02;

export interface ReservoirPacker {
  /** Takes the next frame; returns those that are complete. */
  push(frame: Buffer, header: FrameHeader): Buffer[];
  /** The frames that still have room at the end of the stream. */
  end(): Buffer[];
}

/**
 * Gives frames that were encoded without a bit reservoir (ISO 11172-3, 2.4.3.4) one again: each frame gets the lowest
 * bit rate whose room, with what its predecessors left free, holds its main data. Not a bit of the sound changes, and
 * the 6 to 10 % that VBR without a reservoir takes up come back. Holds the frames the reservoir reaches, nine at most.
 */
export function createReservoirPacker(): ReservoirPacker {
  const open: { frame: Buffer; filled: number }[] = [];
  /** Bytes that are free in the open frames. */
  let room = 0;

  /** Closes full frames and returns them. */
  function closed(): Buffer[] {
    const full = open.findIndex(({ frame, filled }) => filled < frame.length);
    return open.splice(0, full === -1 ? open.length : full).map(({ frame }) => frame);
  }

  /** Copies the bytes into the free room, or leaves that many zeros. */
  function fill(count: number, data?: Buffer): void {
    let done = 0;
    for (const slot of open) {
      if (done === count) break;
      const part = Math.min(count - done, slot.frame.length - slot.filled);
      data?.copy(slot.frame, slot.filled, done, done + part);
      slot.filled += part;
      done += part;
    }
    room -= count;
  }

  return {
    push(frame, header) {
      if (header.crc || mainDataBegin(frame, header) !== 0) {
        throw new NotJoinable('the encoder used a reservoir or a CRC');
      }
      const start = HEADER_BYTES + header.sideInfoBytes;
      const data = frame.subarray(start, start + mainDataBytes(frame, header));
      const most = maxMainDataBegin(header);
      if (room > most) fill(room - most);
      let index = 1;
      while (frameBytes(header.sampleRate, index) - start + room < data.length) {
        if (++index > header.bitrateIndex)
          throw new NotJoinable('a frame holds more than its bit rate allows');
      }
      const made = Buffer.alloc(frameBytes(header.sampleRate, index));
      frame.copy(made, 0, 0, start);
      made[RATE_BYTE] = (index << 4) | ((frame[RATE_BYTE] ?? 0) & 0x0f & ~PADDING_BIT);
      setMainDataBegin(made, header, room);
      open.push({ frame: made, filled: start });
      room += made.length - start;
      fill(data.length, data);
      return closed();
    },
    end: () => open.splice(0).map(({ frame }) => frame),
  };
}
