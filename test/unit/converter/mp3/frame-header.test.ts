import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type FrameHeader,
  frameSamples,
  readFrameHeader,
} from '../../../../services/converter/mp3/frame-header.ts';

describe('readFrameHeader', () => {
  const stereo = { channels: 2, crc: false } as const;
  const mono = { channels: 1, crc: false } as const;
  const table: [name: string, header: number, expected: FrameHeader][] = [
    [
      'a frame of MPEG-1, 44.1 kHz, 128 kbps, joint stereo',
      0xfffb9064,
      { ...stereo, mpeg1: true, sampleRate: 44_100, bitrateIndex: 9, bytes: 417, sideInfoBytes: 32 },
    ],
    [
      'the same frame with padding',
      0xfffb9264,
      { ...stereo, mpeg1: true, sampleRate: 44_100, bitrateIndex: 9, bytes: 418, sideInfoBytes: 32 },
    ],
    [
      'a frame of MPEG-1, 48 kHz, 320 kbps, mono',
      0xfffbe4c4,
      { ...mono, mpeg1: true, sampleRate: 48_000, bitrateIndex: 14, bytes: 960, sideInfoBytes: 17 },
    ],
    [
      'a frame of MPEG-1, 32 kHz, 32 kbps, with a CRC',
      0xfffa1844,
      {
        channels: 2,
        crc: true,
        mpeg1: true,
        sampleRate: 32_000,
        bitrateIndex: 1,
        bytes: 144,
        sideInfoBytes: 32,
      },
    ],
    [
      'a frame of MPEG-2, 22.05 kHz, 64 kbps, stereo',
      0xfff38044,
      { ...stereo, mpeg1: false, sampleRate: 22_050, bitrateIndex: 8, bytes: 208, sideInfoBytes: 17 },
    ],
    [
      'a frame of MPEG-2.5, 8 kHz, 8 kbps, mono',
      0xffe318c4,
      { ...mono, mpeg1: false, sampleRate: 8000, bitrateIndex: 1, bytes: 72, sideInfoBytes: 9 },
    ],
  ];
  for (const [name, header, expected] of table) {
    it(`reads the header of ${name}`, () => {
      const bytes = Buffer.alloc(6);
      bytes.writeUInt32BE(header, 2);
      assert.deepEqual(readFrameHeader(bytes, 2), expected);
    });
  }

  const none: [string, number][] = [
    ['no sync word', 0xff1b9064],
    ['the number of Layer II', 0xfffd9064],
    ['a reserved version', 0xffeb9064],
    ['free format', 0xfffb0064],
    ['a forbidden bit rate', 0xfffbf064],
    ['a reserved sample rate', 0xfffb9c64],
    ['an ID3 tag', 0x49443303],
  ];
  for (const [name, header] of none) {
    it(`finds no header in bytes with ${name}`, () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(header);
      assert.equal(readFrameHeader(bytes), undefined);
    });
  }

  it('frameSamples returns 1152, or 576 at the low sample rates', () => {
    assert.deepEqual([8000, 24_000, 32_000, 48_000].map(frameSamples), [576, 576, 1152, 1152]);
  });
});
