import { type Box, boxes, findBox } from './boxes.ts';
import type { FileBytes } from './file-bytes.ts';
import type { MovieTrack } from './movie-header.ts';

/** What a segment index (`sidx`) states: where the segments end, in bytes and in seconds. */
export interface SegmentIndex {
  endBytes: number;
  endSeconds: number;
}

const MAX_INDEX_BYTES = 1024 * 1024;
const REFERENCE_BYTES = 12;

/** Reads a segment index. Returns undefined where it is incomplete. @see ISO 14496-12, 8.16.3 */
export async function readSegmentIndex(file: FileBytes, box: Box): Promise<SegmentIndex | undefined> {
  const bytes = await file.read(box.start, Math.min(box.end - box.start, MAX_INDEX_BYTES));
  const isLong = bytes[0] === 1;
  const references = isLong ? 32 : 24;
  if (bytes.length < references) return undefined;
  const timescale = bytes.readUInt32BE(8);
  let ticks = isLong ? Number(bytes.readBigUInt64BE(12)) : bytes.readUInt32BE(12);
  let endBytes = box.end + (isLong ? Number(bytes.readBigUInt64BE(20)) : bytes.readUInt32BE(16));
  const count = bytes.readUInt16BE(references - 2);
  if (bytes.length < references + count * REFERENCE_BYTES || timescale === 0) return undefined;
  for (let at = references; at < references + count * REFERENCE_BYTES; at += REFERENCE_BYTES) {
    endBytes += bytes.readUInt32BE(at) & 0x7fffffff;
    ticks += bytes.readUInt32BE(at + 4);
  }
  return { endBytes, endSeconds: ticks / timescale };
}

/**
 * Returns when the last fragments end, in seconds, as the latest start plus the longest distance between two fragments of a
 * track. Returns undefined where no track has two fragments. `moofs` are the last boxes of that type.
 */
export async function readLastFragmentEnd(
  file: FileBytes,
  moofs: readonly Box[],
  tracks: readonly MovieTrack[],
): Promise<number | undefined> {
  const starts = new Map<number, number[]>();
  for (const moof of moofs) {
    for await (const traf of boxes(file, moof.start, moof.end)) {
      const found = traf.type === 'traf' ? await readStart(file, traf, tracks) : undefined;
      if (found) starts.set(found.id, [...(starts.get(found.id) ?? []), found.seconds]);
    }
  }
  const ends: number[] = [];
  for (const times of starts.values()) {
    const distances = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    if (distances.length > 0) ends.push(Math.max(...times) + Math.max(...distances));
  }
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** Reads which track a fragment belongs to, and when it starts. */
async function readStart(file: FileBytes, traf: Box, tracks: readonly MovieTrack[]) {
  const header = await findBox(file, traf, 'tfhd');
  const time = await findBox(file, traf, 'tfdt');
  if (!header || !time) return undefined;
  const identity = await file.read(header.start, 8);
  const ticks = await file.read(time.start, 12);
  if (identity.length < 8 || ticks.length < 12) return undefined;
  const id = identity.readUInt32BE(4);
  const track = tracks.find((candidate) => candidate.id === id);
  if (!track) return undefined;
  const start = ticks[0] === 1 ? Number(ticks.readBigUInt64BE(4)) : ticks.readUInt32BE(4);
  return { id, seconds: start / track.timescale };
}
