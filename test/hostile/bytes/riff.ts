import { join, u32le } from './iso.ts';

/** A chunk of RIFF. `size` replaces the true size. */
export function chunk(name: string, content: Uint8Array | string, size?: number): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return Buffer.concat([join(name), u32le(size ?? bytes.length), bytes, Buffer.alloc(bytes.length % 2)]);
}

export interface WaveFields {
  tag?: number;
  channels?: number;
  rate?: number;
  bytesPerSecond?: number;
  blockAlign?: number;
  bits?: number;
  /** The size that the chunk `data` states. */
  dataSize?: number;
  data?: Uint8Array;
  before?: Buffer[];
}

/** A WAV whose header states any numbers. */
export function wave(fields: WaveFields = {}): Buffer {
  const {
    tag = 1,
    channels = 1,
    rate = 8000,
    bits = 8,
    data = Buffer.alloc(4000, 'sound'),
    before = [],
  } = fields;
  const { blockAlign = Math.ceil((channels * bits) / 8), bytesPerSecond = rate * blockAlign } = fields;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels & 0xffff, 2);
  format.writeUInt32LE(rate >>> 0, 4);
  format.writeUInt32LE(bytesPerSecond % 2 ** 32, 8);
  format.writeUInt16LE(blockAlign & 0xffff, 12);
  format.writeUInt16LE(bits, 14);
  const chunks = [...before, chunk('fmt ', format), chunk('data', data, fields.dataSize)];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}
