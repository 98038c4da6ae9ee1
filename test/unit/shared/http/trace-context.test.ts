import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newTraceId, readTraceId, traceparentOf } from '../../../../services/shared/http/trace-context.ts';

describe('newTraceId', () => {
  it('returns 32 hexadecimal digits, which differ each time', () => {
    const ids = Array.from({ length: 1_000 }, newTraceId);
    for (const id of ids) assert.match(id, /^[\da-f]{32}$/);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('traceparentOf', () => {
  it('makes a header that is read back as the same trace, with another parent each time', () => {
    const id = newTraceId();
    const headers = Array.from({ length: 100 }, () => traceparentOf(id));
    for (const header of headers) {
      assert.match(header, /^00-[\da-f]{32}-[\da-f]{16}-01$/);
      assert.equal(readTraceId(header), id);
    }
    assert.equal(new Set(headers).size, headers.length);
  });
});
