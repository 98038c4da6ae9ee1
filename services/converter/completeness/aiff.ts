import { chunks, IFF } from './chunks.ts';
import { byteExtent, type Extent, type ExtentReader, lengthOrNothing } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

/** Encodings of AIFF-C in which a sample frame is a moment of sound. Others count blocks. */
const PCM = ['NONE', 'sowt', 'twos', 'in24', 'in32', 'fl32', 'FL32', 'fl64', 'FL64', 'alaw', 'ulaw'];

/** AIFF and AIFF-C: the chunk `COMM` states the number of samples, and the chunk `SSND` their bytes. */
export const readAiff: ExtentReader = async (file) => {
  const head = await file.read(0, 12);
  if (!/^FORM[\s\S]{4}AIF[FC]/.test(head.toString('latin1'))) return undefined;
  let soundSeconds: number | undefined;
  let extent: Extent = { end: 'unknown' };
  for await (const { type, start, end } of chunks(file, IFF, 12)) {
    if (type === 'COMM') soundSeconds = await statedSeconds(file, start, end);
    if (type === 'SSND' && end > start) extent = byteExtent(file, start, end);
  }
  return { ...extent, soundSeconds };
};

async function statedSeconds(file: FileBytes, start: number, end: number): Promise<number | undefined> {
  const common = await file.read(start, Math.min(22, end - start));
  if (common.length < 18) return undefined;
  if (common.length === 22 && !PCM.includes(common.toString('latin1', 18))) return undefined;
  return lengthOrNothing(common.readUInt32BE(2) / extendedFloat(common.subarray(8, 18)));
}

/** Reads an 80-bit floating-point number of IEEE 754: sign and exponent in 16 bits, then a mantissa of 64. */
function extendedFloat(bytes: Buffer): number {
  const exponent = (bytes.readUInt16BE(0) & 0x7fff) - 16_383 - 63;
  return Number(bytes.readBigUInt64BE(2)) * 2 ** exponent;
}
