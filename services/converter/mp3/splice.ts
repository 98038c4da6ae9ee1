import { NotJoinable } from '../failure.ts';
import { copyOf, type Frame } from './frame-reader.ts';
import type { FramePacker } from './frame-writer.ts';
import { bytesBefore, soundOf } from './main-data.ts';
import { mainDataBegin } from './side-info.ts';

interface Place {
  /** The first frame that is taken from the second encoder. */
  index: number;
  /** Bytes between the main data of the two encoders, which nobody reads. */
  unused: number;
}

/**
 * Joins two encodings of the same frames at a constant bit rate, which both use the bit reservoir. The result has the first frames of
 * `previous` and the last frames of `next`. It changes over at a frame whose sound is the same in both, bit for bit, and whose main
 * data in `next` fits into the bytes that `previous` has left free before that frame. Throws {@link NotJoinable} where there is no
 * such frame.
 */
export function splice(previous: readonly Frame[], next: readonly Frame[]): Frame[] {
  const place = findPlace(previous, next);
  if (!place) throw new NotJoinable('two parts have no frame in common at which they fit together');
  const { index } = place;
  const joined = [...previous.slice(0, index).map(copyOf), ...next.slice(index)];
  const reach = beginOf(next[index]);
  // The areas are the same ones, because both encoders pad the same frames.
  const targets = bytesBefore(joined, index, reach) ?? [];
  for (const [at, source] of (bytesBefore(next, index, reach) ?? []).entries())
    source.copy(targets[at] ?? source);
  return joined;
}

/** Finds the place with the fewest unused bytes, and the last one of several: the encoder has settled best there. */
function findPlace(previous: readonly Frame[], next: readonly Frame[]): Place | undefined {
  let best: Place | undefined;
  for (const index of next.keys()) {
    if (previous[index]?.bytes.length !== next[index]?.bytes.length) {
      throw new NotJoinable('two parts have frames of different lengths');
    }
    const unused = beginOf(previous[index]) - beginOf(next[index]);
    if (unused < 0 || (best && unused > best.unused)) continue;
    const sound = soundOf(next, index);
    if (sound && soundOf(previous, index)?.equals(sound)) best = { index, unused };
  }
  return best;
}

const beginOf = (frame: Frame | undefined): number =>
  frame === undefined ? 0 : mainDataBegin(frame.bytes, frame.header);

/** Writes frames as they are. Throws {@link NotJoinable} unless all have one bit rate. */
export function createConstantRatePacker(): FramePacker {
  let bitrateIndex: number | undefined;
  return {
    push(frame, header) {
      bitrateIndex ??= header.bitrateIndex;
      if (header.crc || header.bitrateIndex !== bitrateIndex) {
        throw new NotJoinable('the encoder used several bit rates or a CRC');
      }
      return [frame];
    },
    end: () => [],
  };
}
