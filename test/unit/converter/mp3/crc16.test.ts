import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc16 } from '../../../../services/converter/mp3/crc16.ts';

describe('crc16', () => {
  it('computes the CRC-16/ARC of the LAME tag, also in pieces', () => {
    // This is the check value of CRC-16/ARC.
    assert.equal(crc16(Buffer.from('123456789')), 0xbb3d);
    assert.equal(crc16(Buffer.from('6789'), crc16(Buffer.from('12345'))), 0xbb3d);
  });

  it('gives the same for bytes of any length as when each is taken by itself', () => {
    const bytes = Buffer.from(Array.from({ length: 40 }, (_, index) => (index * 151 + 7) & 0xff));
    for (let length = 0; length <= bytes.length; length++) {
      const part = bytes.subarray(bytes.length - length);
      const alone = part.reduce((crc, _, index) => crc16(part.subarray(index, index + 1), crc), 0xbeef);
      assert.equal(crc16(part, 0xbeef), alone, `${length} bytes`);
    }
  });
});
