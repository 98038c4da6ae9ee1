import { crc16 } from './crc16.ts';
import { type FrameHeader, HEADER_BYTES } from './frame-header.ts';

/**
 * The first frame of an MP3 is silent. It carries the Xing tag, which is named «Xing» at a variable bit rate and «Info» at a
 * constant one, and the LAME tag behind it (gabriel.mp3-tech.org/mp3infotag.html). The offsets are in bytes from the name
 * of the tag, and hold where all four optional fields are present.
 */
const FLAGS = 4;
const ALL_FIELDS = 0x0f;
const FRAMES = 8;
const BYTES = 12;
const TOC = 16;
const DELAY_AND_PADDING = 141;
const MUSIC_BYTES = 148;
const MUSIC_CRC = 152;
const TAG_CRC = 154;
const TAG_END = 156;
/** ffmpeg computes the checksum over as many bytes, with zeros in its place, also where the tag ends before. It is right for MPEG-1 in stereo. */
const FFMPEG_CRC_BYTES = 190;
export const TOC_ENTRIES = 100;

export interface XingTag {
  /** Number of frames of sound, without this frame. */
  frames: number;
  /** Number of samples that the encoder added before the sound. Gapless players cut them off. */
  delay: number;
  /** Number of samples that the encoder added after the sound. */
  padding: number;
}

const nameOffset = (header: FrameHeader) => HEADER_BYTES + header.sideInfoBytes;

/** Returns undefined when the frame has no Xing tag, or not all the fields that ffmpeg writes. */
export function readXingTag(frame: Buffer, header: FrameHeader): XingTag | undefined {
  const tag = frame.subarray(nameOffset(header));
  if (tag.length < TAG_END || !/^(Xing|Info)$/.test(tag.toString('latin1', 0, FLAGS))) return undefined;
  if (tag.readUInt32BE(FLAGS) !== ALL_FIELDS) return undefined;
  const samples = tag.readUIntBE(DELAY_AND_PADDING, 3);
  return { frames: tag.readUInt32BE(FRAMES), delay: samples >>> 12, padding: samples & 0xfff };
}

export interface XingTagFields extends XingTag {
  /** Length of the stream, with this frame. */
  bytes: number;
  /** CRC-16 of all frames except this one. */
  crc: number;
  /** Whether the bit rate is variable. */
  variable: boolean;
  /** Where each hundredth of the frames begins, in bytes from the start of this frame. */
  offsets: readonly number[];
}

/** Changes the fields of a tag that ffmpeg wrote. Other fields, such as the name of the encoder, stay as they are. */
export function writeXingTag(frame: Buffer, header: FrameHeader, fields: XingTagFields): void {
  const at = nameOffset(header);
  const tag = frame.subarray(at);
  tag.write(fields.variable ? 'Xing' : 'Info', 'latin1');
  tag.writeUInt32BE(fields.frames, FRAMES);
  tag.writeUInt32BE(fields.bytes, BYTES);
  for (let percent = 0; percent < TOC_ENTRIES; percent++) {
    const share = (fields.offsets[percent] ?? fields.bytes) / fields.bytes;
    tag[TOC + percent] = Math.min(255, Math.floor(share * 256));
  }
  tag.writeUInt32BE(fields.bytes, MUSIC_BYTES);
  tag.writeUInt16BE(fields.crc, MUSIC_CRC);
  writeGaplessInfo(frame, header, fields);
}

/** Changes how many samples gapless players cut off, and the checksum of the tag. */
export function writeGaplessInfo(
  frame: Buffer,
  header: FrameHeader,
  { delay, padding }: Pick<XingTag, 'delay' | 'padding'>,
): void {
  const at = nameOffset(header);
  const tag = frame.subarray(at);
  tag.writeUIntBE((delay << 12) | padding, DELAY_AND_PADDING, 3);
  tag.writeUInt16BE(crc16(frame.subarray(0, at + TAG_CRC)), TAG_CRC);
}

/** What a tag states of the file. It is only right where the file is whole. */
export interface StatedFile {
  /** Length of the file from this frame on, which the tag states twice. */
  bytes: readonly [number, number];
  /** CRC-16 of all frames except this one. */
  crc: number;
  /** Whether the checksum of the tag itself is right, and nothing is behind the tag. */
  isIntact: boolean;
}

/** Reads these fields of a frame that has a Xing tag. */
export function readStatedFile(frame: Buffer, header: FrameHeader): StatedFile {
  const at = nameOffset(header);
  const tag = frame.subarray(at);
  return {
    bytes: [tag.readUInt32BE(BYTES), tag.readUInt32BE(MUSIC_BYTES)],
    crc: tag.readUInt16BE(MUSIC_CRC),
    isIntact: isTagIntact(frame, at) && tag.subarray(TAG_END).every((byte) => byte === 0),
  };
}

function isTagIntact(frame: Buffer, at: number): boolean {
  const stated = frame.readUInt16BE(at + TAG_CRC);
  if (crc16(frame.subarray(0, at + TAG_CRC)) === stated) return true;
  const zeroed = Buffer.alloc(Math.max(frame.length, FFMPEG_CRC_BYTES));
  frame.copy(zeroed);
  zeroed.fill(0, at + TAG_CRC, at + TAG_END);
  return crc16(zeroed.subarray(0, FFMPEG_CRC_BYTES)) === stated;
}
