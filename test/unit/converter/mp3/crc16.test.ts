import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc16 } from '../../../../services/converter/mp3/crc16.ts';

describe('crc16', () => {
  it('computes the CRC-16/ARC of the LAME tag, also in pieces', () => {
    // This is the check value of CRC-16/ARC.
    assert.equal(crc16(Buffer.from('123456789')), 0xbb3d);
    assert.equal(crc16(Buffer.from('6789'), crc16(Buffer.from('12345'))), 0xbb3d);
  });
});
