import type { ExtentReader } from './extent.ts';

/** Key of a header partition: SMPTE 377, 7.1. The last but one byte is its state. */
const HEADER_PARTITION = '060e2b34020501010d010201010200';
/** Bytes before the sound of a camera's file, which may be a run-in. */
const MAX_RUN_IN = 64 * 1024;
/** From the end of the length field: versions, grid, this partition, previous partition. */
const FOOTER_OFFSET = 2 + 2 + 4 + 8 + 8;

/** MXF: the first partition states where the last one, the footer, begins. */
export const readMxf: ExtentReader = async (file, { statedSeconds }) => {
  const head = await file.read(0, MAX_RUN_IN + 128);
  const key = Buffer.from(HEADER_PARTITION.slice(0, 26), 'hex');
  const at = head.indexOf(key);
  if (at < 0 || at > MAX_RUN_IN) return undefined;
  const lengthAt = at + 16;
  const first = head[lengthAt] ?? 0;
  // BER: one byte up to 127, or 0x80 plus the number of bytes that follow.
  const fields = lengthAt + 1 + (first & 0x80 ? first & 0x7f : 0);
  if (fields + FOOTER_OFFSET + 8 > head.length) return { end: 'unknown' };
  const footer = Number(head.readBigUInt64BE(fields + FOOTER_OFFSET));
  if (footer === 0) return { end: 'unknown' };
  return at + footer < file.size ? { end: 'whole' } : { end: 'cut', soundSeconds: statedSeconds };
};
