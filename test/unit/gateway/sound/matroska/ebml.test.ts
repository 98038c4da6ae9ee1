import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  childrenOf,
  readElement,
  readUnsigned,
  writeHeader,
} from '../../../../../services/gateway/sound/matroska/ebml.ts';
import { ID } from '../../../../../services/gateway/sound/matroska/ids.ts';
import { Unsure } from '../../../../../services/gateway/sound/matroska/unsure.ts';

describe('readElement', () => {
  const table: [name: string, bytes: number[], id: number, start: number, end: number][] = [
    ['an identifier and a size of one byte', [0xa3, 0x85], ID.simpleBlock, 102, 107],
    ['an identifier of four bytes', [0x1f, 0x43, 0xb6, 0x75, 0x40, 0x02], ID.cluster, 106, 108],
    ['a size of eight bytes', [0xa3, 0x01, 0, 0, 0, 1, 0, 0, 0], ID.simpleBlock, 109, 109 + 2 ** 24],
    ['an unknown size of one byte', [0xa3, 0xff], ID.simpleBlock, 102, Number.POSITIVE_INFINITY],
    ['an unknown size of two bytes', [0xa3, 0x7f, 0xff], ID.simpleBlock, 103, Number.POSITIVE_INFINITY],
  ];
  for (const [name, bytes, id, start, end] of table) {
    it(`reads ${name}`, () => {
      assert.deepEqual(readElement(new Uint8Array(bytes), 100), { id, at: 100, start, end });
    });
  }

  const wrong: [name: string, bytes: number[]][] = [
    ['nothing', []],
    ['an identifier of five bytes', [0x08, 1, 1, 1, 1, 0x80]],
    ['a size that begins with zero', [0xa3, 0]],
    ['a header that is cut', [0x1f, 0x43, 0xb6, 0x75, 0x40]],
    ['a size that no number of ours can hold', [0xa3, 0x01, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ];
  for (const [name, bytes] of wrong) {
    it(`throws for ${name}`, () => {
      assert.throws(() => readElement(new Uint8Array(bytes), 0), Unsure);
    });
  }
});

describe('writeHeader', () => {
  for (const size of [0, 1, 255, 2 ** 28 - 2]) {
    it(`writes a size of ${size} in four and in eight bytes`, () => {
      for (const sizeBytes of [4, 8] as const) {
        const header = writeHeader(ID.cluster, size, sizeBytes);
        const expected = { id: ID.cluster, at: 0, start: 4 + sizeBytes, end: 4 + sizeBytes + size };
        assert.deepEqual(readElement(header, 0), expected);
      }
    });
  }

  it('writes a size of 3 GiB in eight bytes', () => {
    const size = 3 * 2 ** 30;
    assert.equal(readElement(writeHeader(ID.segment, size, 8), 0).end, 12 + size);
  });
});

describe('childrenOf', () => {
  it('returns the elements of an element', () => {
    const bytes = new Uint8Array([0xa3, 0x81, 9, 0xec, 0x80]);
    assert.deepEqual(
      childrenOf(bytes).map(({ id, start, end }) => [id, start, end]),
      [
        [ID.simpleBlock, 2, 3],
        [ID.void, 5, 5],
      ],
    );
  });

  it('throws where a child exceeds its parent', () => {
    assert.throws(() => childrenOf(new Uint8Array([0xa3, 0x82, 9])), Unsure);
  });
});

describe('readUnsigned', () => {
  it('reads up to eight bytes', () => {
    assert.equal(readUnsigned(new Uint8Array([1, 0])), 256);
    assert.equal(readUnsigned(new Uint8Array([])), 0);
    assert.equal(readUnsigned(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0])), 2 ** 32);
  });

  it('throws where the number is too long or too large', () => {
    assert.throws(() => readUnsigned(new Uint8Array(9)), Unsure);
    assert.throws(() => readUnsigned(new Uint8Array(8).fill(0xff)), Unsure);
  });
});
