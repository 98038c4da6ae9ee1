import { type AviSound, countInIndex, readAviSound } from './avi-sound.ts';
import { type Chunk, chunks, isPlaceholder, RIFF } from './chunks.ts';
import type { Extent, ExtentReader } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

interface Layout {
  end: Extent['end'];
  sound: AviSound | undefined;
  /** The index. There is none where the file has been cut, and it covers only the first part of an OpenDML file. */
  index: Chunk | undefined;
  isMultipart: boolean;
}

/**
 * AVI: the header of the sound states its length, and the lists `movi` hold the packets. A film of more than 1 GB has several
 * of them, each in a RIFF of its own (OpenDML).
 */
export const readAvi: ExtentReader = async (file, { position }) => {
  const head = await file.read(0, 12);
  if (!/^RIFF[\s\S]{4}AVI /.test(head.toString('latin1'))) return undefined;
  const { end, sound, index, isMultipart } = await readLayout(file, position);
  if (!sound || end !== 'whole') return { end, soundSeconds: sound?.statedSeconds };
  // Empty packets count in the stated length, and ffmpeg drops them. So only the index can prove that it is wrong.
  if (!index || isMultipart) return { end };
  const lastSeconds = await countInIndex(file, index, sound);
  return { end, soundSeconds: lastSeconds === undefined ? undefined : sound.statedSeconds, lastSeconds };
};

async function readLayout(file: FileBytes, position: number): Promise<Layout> {
  const layout: Layout = { end: 'unknown', sound: undefined, index: undefined, isMultipart: false };
  for await (const riff of chunks(file, RIFF, 0)) {
    if (riff.type !== 'RIFF') break;
    layout.isMultipart = riff.start > RIFF.headerBytes;
    const isOpen = isPlaceholder(riff.end - riff.start);
    for await (const chunk of chunks(file, RIFF, riff.start + 4, isOpen ? file.size : riff.end)) {
      if (chunk.type === 'idx1') layout.index = chunk;
      if (chunk.type !== 'LIST') continue;
      const type = (await file.read(chunk.start, 4)).toString('latin1');
      if (type === 'hdrl') layout.sound = await readAviSound(file, chunk, position);
      if (type === 'movi') layout.end = endOf(chunk, file.size);
      if (type === 'movi' && layout.end !== 'whole') return layout;
    }
    if (isOpen) break;
    // ffmpeg may need the index behind the packets.
    if (riff.end > file.size && layout.end === 'whole') layout.end = 'cut';
  }
  return layout;
}

/** A recording that was interrupted states no size, or that of an empty list. */
function endOf({ start, end }: Chunk, size: number): Extent['end'] {
  if (end <= start + 4 || isPlaceholder(end - start)) return 'unknown';
  return end > size ? 'cut' : 'whole';
}
