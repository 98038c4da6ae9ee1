import { type ChunkFormat, chunks, IFF, isPlaceholder, RIFF, WAVE64 } from './chunks.ts';
import { byteExtent, type Extent, type ExtentReader, UNKNOWN } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

const WAVE64_HEADER = 40;
const SIZE_IN_DS64 = 0xffffffff;

/** WAV, RIFX, RF64, BW64 and Sony Wave64: the chunk `data` states how many bytes of sound follow. */
export const readWave: ExtentReader = async (file) => {
  const head = await file.read(0, WAVE64_HEADER);
  if (head.length < WAVE64_HEADER) return undefined;
  if (head.toString('latin1', 0, 4) === 'riff' && head.toString('latin1', 24, 28) === 'wave') {
    return await readWave64(file);
  }
  const name = /^(RIFF|RIFX|RF64|BW64)[\s\S]{4}WAVE/.exec(head.toString('latin1'))?.[1];
  if (name === undefined) return undefined;
  // RIFX is RIFF with the highest byte first.
  return await readRiff(file, name === 'RIFX' ? IFF : RIFF);
};

async function readRiff(file: FileBytes, format: ChunkFormat): Promise<Extent> {
  let longSize: number | undefined;
  for await (const { type, start, end } of chunks(file, format, 12)) {
    if (type === 'ds64') longSize = await dataSizeOf(file, start);
    if (type !== 'data') continue;
    const size = end - start;
    if (size === SIZE_IN_DS64 && longSize !== undefined) return byteExtent(file, start, start + longSize);
    return isPlaceholder(size) ? UNKNOWN : byteExtent(file, start, end);
  }
  return UNKNOWN;
}

/** The chunk `ds64` holds the sizes that do not fit into 32 bits: EBU Tech 3306. */
async function dataSizeOf(file: FileBytes, at: number): Promise<number | undefined> {
  const sizes = await file.read(at, 16);
  const size = sizes.length === 16 ? Number(sizes.readBigUInt64LE(8)) : 0;
  return size > 0 && size < Number.MAX_SAFE_INTEGER ? size : undefined;
}

async function readWave64(file: FileBytes): Promise<Extent> {
  for await (const { type, start, end } of chunks(file, WAVE64, WAVE64_HEADER)) {
    if (type === 'data') return end - start > 0 ? byteExtent(file, start, end) : UNKNOWN;
  }
  return UNKNOWN;
}
