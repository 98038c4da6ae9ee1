import { type Box, type BoxReader, Unplannable } from './boxes.ts';
import { childrenOf, concatenate } from './child-boxes.ts';
import type { KeptRanges } from './kept-ranges.ts';
import { type FragmentTrack, readTrackFragment } from './track-fragment.ts';

const MAX_FRAGMENT_BYTES = 16 * 1024 * 1024;

/** A fragment's index (`moof`) as it is in the smaller file. */
export interface Fragment {
  bytes: Uint8Array;
  /** Where in `bytes` the offset of a run is, and where its data is in the film. */
  offsets: { at: number; position: number }[];
}

/** Reads the index of a fragment, and leaves out what is not needed. ISO 14496-12, 8.8.4. */
export async function readFragment(
  reader: BoxReader,
  moof: Box,
  tracks: ReadonlyMap<number, FragmentTrack>,
  ranges: KeptRanges,
): Promise<Fragment> {
  if (moof.end - moof.start > MAX_FRAGMENT_BYTES || moof.content - moof.start !== 8)
    throw new Unplannable('The index of a fragment is too long.');
  const view = await reader.read(moof.start, moof.end - moof.start);
  const parts: Uint8Array[] = [new Uint8Array(8)];
  const offsets: Fragment['offsets'] = [];
  let length = 8;
  let implicitBase = moof.start;
  for (const { type, content, whole } of childrenOf(view, 8)) {
    if (type !== 'traf') {
      parts.push(whole);
      length += whole.length;
      continue;
    }
    const traf = readTrackFragment(content, { tracks, ranges, moofStart: moof.start, implicitBase });
    for (const { at, position } of traf.offsets) offsets.push({ at: length + at, position });
    parts.push(traf.bytes);
    length += traf.bytes.length;
    implicitBase = traf.dataEnd;
  }
  const bytes = concatenate(parts, length);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + 4, 4), 4);
  return { bytes, offsets };
}

/** Writes where the data is. The bases of all offsets are the start of the fragment's index. */
export function patchFragment({ bytes, offsets }: Fragment, ranges: KeptRanges, start: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const { at, position } of offsets) {
    const offset = ranges.placeOf(position) - start;
    if (Math.abs(offset) >= 2 ** 31) throw new Unplannable('The data of a fragment is too far away.');
    view.setInt32(at, offset);
  }
}
