import { CAF, chunks } from './chunks.ts';
import { byteExtent, type Extent, type ExtentReader, lengthOrNothing } from './extent.ts';

/** Core Audio Format: `data` states the bytes of the sound, and `pakt` its samples, where packets vary in size. */
export const readCoreAudio: ExtentReader = async (file) => {
  const head = await file.read(0, 8);
  if (head.toString('latin1', 0, 4) !== 'caff') return undefined;
  let rate = Number.NaN;
  let samples = Number.NaN;
  let extent: Extent = { end: 'unknown' };
  for await (const { type, start, end } of chunks(file, CAF, head.length)) {
    if (type === 'desc') rate = await readNumber(file.read(start, 8), (bytes) => bytes.readDoubleBE());
    if (type === 'data' && end !== Number.POSITIVE_INFINITY) extent = byteExtent(file, start, end);
    if (type !== 'pakt') continue;
    samples = await readNumber(file.read(start + 8, 8), (bytes) => Number(bytes.readBigInt64BE()));
    // Without the whole table, nothing can be decoded.
    if (end > file.size) extent = { end: 'cut' };
  }
  return { ...extent, soundSeconds: lengthOrNothing(samples / rate) };
};

async function readNumber(bytes: Promise<Buffer>, parse: (bytes: Buffer) => number): Promise<number> {
  const found = await bytes;
  return found.length === 8 ? parse(found) : Number.NaN;
}
