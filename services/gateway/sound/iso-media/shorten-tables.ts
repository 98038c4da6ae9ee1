import type { Box, BoxReader } from './boxes.ts';
import { readEntries } from './sample-tables.ts';
import { table } from './table.ts';

/** A table that is longer stays as it is: the server reads no longer one to judge whether the film is complete. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024;
/** ffmpeg takes no notice of a table with a greater offset. */
const MAX_OFFSET = 2 ** 28;

/** Returns `stts` with at most two entries that have the same number of samples and the same length, in ticks. Undefined where it has to stay. */
export async function mergeDurations(reader: BoxReader, box: Box): Promise<Uint8Array | undefined> {
  const entries = await readPairs(reader, box);
  if (!entries || entries.byteLength <= 16) return undefined;
  let [samples, ticks] = [0, 0];
  for (let at = 0; at < entries.byteLength; at += 8) {
    const [count, duration] = [entries.getUint32(at), entries.getUint32(at + 4)];
    // ffmpeg corrects wild durations in ways of its own.
    if (duration === 0 || duration >= 2 ** 31) return undefined;
    samples += count;
    ticks += count * duration;
  }
  if (samples === 0 || samples >= 2 ** 32 || !Number.isSafeInteger(ticks)) return undefined;
  const short = Math.floor(ticks / samples);
  const longer = ticks - short * samples;
  const pairs = longer === 0 ? [samples, short] : [samples - longer, short, longer, short + 1];
  return pairsBox(reader, box, pairs);
}

/** Returns `ctts` with the entry of the first sample alone. Undefined where it has to stay. */
export async function shortenCompositionOffsets(
  reader: BoxReader,
  box: Box,
): Promise<Uint8Array | undefined> {
  const entries = await readPairs(reader, box);
  if (!entries || entries.byteLength === 0 || entries.getInt32(0) < 1) return undefined;
  for (let at = 0; at < entries.byteLength; at += 8) {
    if (Math.abs(entries.getInt32(at + 4)) > MAX_OFFSET) return undefined;
  }
  return pairsBox(reader, box, [1, entries.getUint32(4)]);
}

/** Returns the entries of a table of pairs, or undefined where it is too long. */
async function readPairs(reader: BoxReader, box: Box): Promise<DataView | undefined> {
  if (box.end - box.content > MAX_TABLE_BYTES) return undefined;
  const count = (await reader.read(box.content, 8)).getUint32(4);
  return readEntries(reader, box, { headBytes: 8, entryBytes: 8, count });
}

/** Returns the box with its own version and flags, and with other pairs. */
async function pairsBox(reader: BoxReader, box: Box, pairs: readonly number[]): Promise<Uint8Array> {
  const { buffer, byteOffset } = await reader.read(box.content, 4);
  const bytes = table(box, [pairs.length / 2, ...pairs]);
  bytes.set(new Uint8Array(buffer, byteOffset, 4), box.content - box.start);
  return bytes;
}
