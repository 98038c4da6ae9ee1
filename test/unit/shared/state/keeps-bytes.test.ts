import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { assertKeepsBytes } from '../../../../services/shared/state/keeps-bytes.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';

const { signal } = new AbortController();

/** A store that changes the bytes on their way in. */
function changing(change: (bytes: Buffer) => Buffer) {
  const state = createMemoryState();
  return {
    ...state,
    putBytes: (...[key, bytes, options]: Parameters<typeof state.putBytes>) =>
      state.putBytes(key, change(bytes), options),
  };
}

const CHANGES: Record<string, (bytes: Buffer) => Buffer> = {
  'decodes UTF-8': (bytes) => Buffer.from(bytes.toString('utf8')),
  'keeps seven bits of a byte': (bytes) => Buffer.from(bytes.map((byte) => byte & 0x7f)),
  'ends a text at NUL': (bytes) => (bytes.includes(0) ? bytes.subarray(0, bytes.indexOf(0)) : bytes),
  'takes $ for a path': (bytes) => (bytes[0] === 0x24 ? Buffer.from('null') : bytes),
  'removes a space at the end': (bytes) => (bytes.at(-1) === 0x20 ? bytes.subarray(0, -1) : bytes),
  'removes a line end at the end': (bytes) => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes),
  'removes NUL at the end': (bytes) => (bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes),
  'decodes a value of one digit': (bytes) => (/^\d$/.test(bytes.toString('latin1')) ? Buffer.of(0) : bytes),
  'reads JSON': (bytes) => (bytes.toString() === 'null' ? Buffer.alloc(0) : bytes),
  'changes line ends': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  'cuts what is longer than 1,000,000 bytes': (bytes) => bytes.subarray(0, 1_000_000),
  'changes one byte of a MiB': (bytes) =>
    bytes.length === 1024 ** 2
      ? Buffer.concat([bytes.subarray(0, -1), Buffer.of(~(bytes.at(-1) ?? 0))])
      : bytes,
};

describe('the trial of a store with bytes', () => {
  it('passes where all bytes come back, and leaves no key', async () => {
    const state = createMemoryState();
    await assertKeepsBytes(state, signal);
    assert.deepEqual(state.keys(), []);
  });

  for (const [what, change] of Object.entries(CHANGES)) {
    it(`fails where a store ${what}`, async () => {
      await assert.rejects(assertKeepsBytes(changing(change), signal), { code: 'ERR_ASSERTION' });
    });
  }

  it('fails where a store loses an empty value', async () => {
    const state = createMemoryState();
    const getBytes = async (key: string) => {
      const bytes = await state.getBytes(key);
      return bytes?.length ? bytes : undefined;
    };
    await assert.rejects(assertKeepsBytes({ ...state, getBytes }, signal), { code: 'ERR_ASSERTION' });
  });

  it('passes the error of a store on that is unavailable', async () => {
    const putBytes = () => Promise.reject(unavailable('the store'));
    await assert.rejects(assertKeepsBytes({ ...createMemoryState(), putBytes }, signal), {
      code: 'unavailable',
    });
  });
});
