import { crc16 } from './crc16.ts';
import { type FrameHeader, HEADER_BYTES } from './frame-header.ts';

/**
 * The first frame of an MP3: silence that carries «Xing» (variable bit rate) or «Info» (constant), and the LAME tag
 * (gabriel.mp3-tech.org/mp3infotag.html). Offsets in bytes from its name on, with all four optional fields there.
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
export const TOC_ENTRIES = 100;

export interface InfoTag {
  /** Frames of sound: this one is not among them. */
  frames: number;
  /** Samples that the encoder put before the sound and after it, as gapless players cut them off. */
  delay: number;
  padding: number;
}

const nameAt = (header: FrameHeader) => HEADER_BYTES + header.sideInfoBytes;

/** Undefined when the frame is no such, or has not all the fields that ffmpeg writes. */
export function readInfoTag(frame: Buffer, header: FrameHeader): InfoTag | undefined {
  const tag = frame.subarray(nameAt(header));
  if (tag.length < TAG_END || !/^(Xing|Info)$/.test(tag.toString('latin1', 0, FLAGS))) return undefined;
  if (tag.readUInt32BE(FLAGS) !== ALL_FIELDS) return undefined;
  const cut = tag.readUIntBE(DELAY_AND_PADDING, 3);
  return { frames: tag.readUInt32BE(FRAMES), delay: cut >>> 12, padding: cut & 0xfff };
}

export interface InfoTagFields extends InfoTag {
  /** Length of the stream, this frame included. */
  bytes: number;
  /** CRC-16 of all frames but this. */
  crc: number;
  variable: boolean;
  /** For each hundredth of the frames where it begins, in bytes from this frame on. */
  offsets: readonly number[];
}

/** Changes what a tag of ffmpeg's states; the encoder's name and the like stay. */
export function writeInfoTag(frame: Buffer, header: FrameHeader, fields: InfoTagFields): void {
  const at = nameAt(header);
  const tag = frame.subarray(at);
  tag.write(fields.variable ? 'Xing' : 'Info', 'latin1');
  tag.writeUInt32BE(fields.frames, FRAMES);
  tag.writeUInt32BE(fields.bytes, BYTES);
  for (let percent = 0; percent < TOC_ENTRIES; percent++) {
    const share = (fields.offsets[percent] ?? fields.bytes) / fields.bytes;
    tag[TOC + percent] = Math.min(255, Math.floor(share * 256));
  }
  tag.writeUIntBE((fields.delay << 12) | fields.padding, DELAY_AND_PADDING, 3);
  tag.writeUInt32BE(fields.bytes, MUSIC_BYTES);
  tag.writeUInt16BE(fields.crc, MUSIC_CRC);
  tag.writeUInt16BE(crc16(frame.subarray(0, at + TAG_CRC)), TAG_CRC);
}
