import { type FrameHeader, frameSamples, HEADER_BYTES, readFrameHeader } from '../mp3/frame-header.ts';
import { type Extent, type ExtentReader, lengthOrNothing, UNKNOWN } from './extent.ts';
import { id3v2Bytes, trailingTagBytes } from './tags-around-sound.ts';

/** Bytes in which the first frame is searched, because padding or garbage may be before it. */
const SEARCH_BYTES = 64 * 1024;
/** The share and the bytes by which the stated size may be too large: some programs count a tag. */
const SLACK = 0.01;
const MAX_SLACK_BYTES = 2048;
/** The tag of Fraunhofer's encoder has a fixed place. */
const VBRI_OFFSET = HEADER_BYTES + 32;

interface Stated {
  frames: number | undefined;
  bytes: number | undefined;
}

/** MP3: the first frame may carry a Xing or VBRI tag, which states the number of frames and bytes. */
export const readMpegAudio: ExtentReader = async (file) => {
  const start = await id3v2Bytes(file);
  const bytes = await file.read(start, SEARCH_BYTES);
  const at = findFrame(bytes);
  if (at === undefined) return undefined;
  const header = readFrameHeader(bytes, at);
  if (!header) return undefined;
  const stated = readXing(bytes.subarray(at), header) ?? readVbri(bytes.subarray(at));
  if (stated?.frames === undefined) return UNKNOWN;
  const soundSeconds = lengthOrNothing((stated.frames * frameSamples(header.sampleRate)) / header.sampleRate);
  const there = file.size - (await trailingTagBytes(file)) - (start + at);
  return { end: endOf(stated.bytes, there), soundSeconds };
};

function endOf(stated: number | undefined, there: number): Extent['end'] {
  if (stated === undefined) return 'unknown';
  return there < stated - Math.min(MAX_SLACK_BYTES, stated * SLACK) ? 'cut' : 'whole';
}

/** Returns the position of the first frame that another frame of the same kind follows. */
function findFrame(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (at + HEADER_BYTES > bytes.length) break;
    const header = readFrameHeader(bytes, at);
    if (!header) continue;
    const next = at + header.bytes;
    if (next + HEADER_BYTES > bytes.length) continue;
    if (readFrameHeader(bytes, next)?.sampleRate === header.sampleRate) return at;
  }
  return undefined;
}

/** The tag of Xing and LAME: a name, flags, and the fields that the flags name, in this order. */
function readXing(frame: Buffer, header: FrameHeader): Stated | undefined {
  const tag = frame.subarray(HEADER_BYTES + header.sideInfoBytes);
  if (tag.length < 16 || !/^(Xing|Info)$/.test(tag.toString('latin1', 0, 4))) return undefined;
  const flags = tag.readUInt32BE(4);
  const hasFrames = (flags & 1) !== 0;
  const bytesAt = hasFrames ? 12 : 8;
  return {
    frames: hasFrames ? tag.readUInt32BE(8) || undefined : undefined,
    bytes: (flags & 2) !== 0 ? tag.readUInt32BE(bytesAt) || undefined : undefined,
  };
}

function readVbri(frame: Buffer): Stated | undefined {
  const tag = frame.subarray(VBRI_OFFSET);
  if (tag.length < 18 || tag.toString('latin1', 0, 4) !== 'VBRI') return undefined;
  return { bytes: tag.readUInt32BE(10) || undefined, frames: tag.readUInt32BE(14) || undefined };
}
