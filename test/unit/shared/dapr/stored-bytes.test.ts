import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { decodeStored, RAW_MARKER } from '../../../../services/shared/dapr/stored-bytes.ts';

const raw = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(RAW_MARKER), bytes]);
const base64 = (bytes: Buffer): Buffer => Buffer.from(`"${bytes.toString('base64')}"`);

describe('a stored value', () => {
  for (const [what, encode] of Object.entries({ raw, base64 })) {
    for (const length of [0, 1, 2, 3, 1000, 1024 ** 2 + 1]) {
      it(`gives back ${length} bytes that were saved as ${what}, also in the memory of a target`, () => {
        const bytes = randomBytes(length);
        const stored = encode(bytes);
        assert.ok(decodeStored(stored).equals(bytes));
        const target = Buffer.allocUnsafeSlow(length + 3);
        const inTarget = decodeStored(stored, target);
        assert.ok(inTarget.equals(bytes));
        assert.equal(inTarget.buffer, target.buffer);
        const small = Buffer.alloc(Math.max(0, length - 1));
        assert.ok(decodeStored(stored, small).equals(bytes));
      });
    }
  }

  it('does not share its memory with the bytes that it gives back', () => {
    const stored = raw(Buffer.from('abc'));
    const bytes = decodeStored(stored);
    stored.fill(0);
    assert.equal(bytes.toString(), 'abc');
  });

  const damaged = ['', '"', '"AAAA', 'AAAA"', '42', 'null', '{}', '[1]', '$R', ' "AAAA"', 'r', '\0R'];
  for (const text of damaged) {
    it(`is damaged where it is ${JSON.stringify(text)}`, () => {
      assert.throws(() => decodeStored(Buffer.from(text)), { code: 'internal' });
    });
  }

  it('begins with a byte that begins neither a JSON value, nor an expression or a path of MongoDB', () => {
    assert.doesNotMatch(String.fromCharCode(RAW_MARKER), /["{[\d\-tfnNI\s$]/);
  });
});
