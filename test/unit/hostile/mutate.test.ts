import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mp4 } from '../../hostile/bytes/iso.ts';
import { pageLength, repairChecksums } from '../../hostile/bytes/ogg.ts';
import { wave } from '../../hostile/bytes/riff.ts';
import { elementsOf } from '../../hostile/structure/elements-of.ts';
import { mutate } from '../../hostile/structure/mutate.ts';
import { splice } from '../../hostile/structure/splice.ts';
import { matroskaFilm } from '../../support/matroska-film.ts';
import { randomNumbers } from '../../support/random.ts';

const FILES: [name: string, bytes: Buffer, least: number][] = [
  ['MP4', mp4(), 20],
  ['WAV', wave(), 3],
  ['Matroska', matroskaFilm(), 150],
];

describe('elementsOf', () => {
  for (const [name, bytes, least] of FILES) {
    it(`finds the elements of ${name}, each within the file`, () => {
      const elements = elementsOf(bytes);
      assert.ok(elements.length >= least, `${elements.length}`);
      for (const { start, end, head } of elements)
        assert.ok(start >= 0 && start + head <= bytes.length && end <= bytes.length);
    });
  }

  it('finds the sample table within the movie of an MP4', () => {
    const bytes = mp4();
    const sizes = elementsOf(bytes).find(
      ({ start }) => bytes.toString('latin1', start + 4, start + 8) === 'stsz',
    );
    assert.equal(sizes && sizes.end - sizes.start, bytes.readUInt32BE(bytes.indexOf('stsz') - 4));
  });

  it('ends with files that are nothing, or that are cut anywhere', () => {
    for (const [, bytes] of FILES) for (let at = 1; at < 400; at += 7) elementsOf(bytes.subarray(0, at));
    elementsOf(Buffer.alloc(0));
  });
});

describe('mutate', () => {
  for (const [name, bytes] of FILES) {
    it(`changes ${name}, and leaves the original as it is`, () => {
      const before = Buffer.from(bytes);
      const changed = Array.from({ length: 50 }, (_, seed) => mutate(bytes, randomNumbers(seed)).bytes);
      assert.ok(changed.filter((each) => !each.equals(bytes)).length >= 45);
      assert.ok(bytes.equals(before));
    });
  }

  it('makes the same bytes of the same seed', () => {
    assert.deepEqual(mutate(mp4(), randomNumbers(7)), mutate(mp4(), randomNumbers(7)));
  });
});

describe('splice', () => {
  it('begins with the first file and holds bytes of the second', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { bytes } = splice(Buffer.alloc(1000, 1), Buffer.alloc(1000, 2), randomNumbers(seed));
      assert.ok(bytes.includes(2) || bytes.length < 1000);
    }
  });
});

describe('repairChecksums', () => {
  // A page of RFC 3533 with one segment of one byte.
  const page = Buffer.from('4f676753000200000000000000000100000000000000000000000101ff', 'hex');

  it('makes another checksum for another content, and the same for the same', () => {
    const crc = (bytes: Buffer) => repairChecksums(Buffer.from(bytes)).readUInt32LE(22);
    const other = Buffer.from(page);
    other[28] = 0xfe;
    assert.notEqual(crc(page), 0);
    assert.notEqual(crc(page), crc(other));
    assert.equal(crc(repairChecksums(Buffer.from(page))), crc(page));
  });

  it('finds the length of a page by its segments', () => {
    assert.equal(pageLength(page, 0), 29);
    assert.equal(pageLength(page, 1), 0);
  });
});
