import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BytesEncoding, DaprState } from '../../../../services/shared/dapr/dapr-state-store.ts';
import { RawBytesRefused, useRawBytes } from '../../../../services/shared/dapr/use-raw-bytes.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';

const { signal } = new AbortController();

/** A store whose saves in the two encodings are those given, and otherwise sound. */
function daprState(faults: Partial<Record<BytesEncoding, StateStore['putBytes']>> = {}, hasGrpc = true) {
  const memory = createMemoryState();
  const encodings: BytesEncoding[] = [];
  const thus = (encoding: BytesEncoding): StateStore => ({
    ...memory,
    putBytes: faults[encoding] ?? memory.putBytes.bind(memory),
  });
  const state: DaprState = {
    ...memory,
    encodingBytes: (encoding) => (encoding === 'base64' || hasGrpc ? thus(encoding) : undefined),
    encodeBytes: (encoding) => void encodings.push(encoding),
    limitWrites: () => undefined,
  };
  return { state, encodings, memory };
}

const failing = (error: Error) => () => Promise.reject(error);

describe('useRawBytes', () => {
  it('saves bytes as they are where the store keeps them', async () => {
    const { state, encodings, memory } = daprState();
    await useRawBytes(state, signal);
    assert.deepEqual(encodings, ['raw']);
    assert.deepEqual(memory.keys(), []);
  });

  it('refuses a store that changes a byte, and tells which', async () => {
    const { memory, ...rest } = daprState();
    const change: StateStore['putBytes'] = (key, bytes, options) =>
      memory.putBytes(key, Buffer.from(bytes.toString('utf8')), options);
    const { state, encodings } = { ...rest, ...daprState({ raw: change }) };
    await assert.rejects(useRawBytes(state, signal, 1), RawBytesRefused);
    assert.deepEqual(encodings, []);
  });

  it('refuses where the sidecar has no gRPC port', async () => {
    const { state, encodings } = daprState({}, false);
    await assert.rejects(useRawBytes(state, signal), /no gRPC port/);
    assert.deepEqual(encodings, []);
  });

  it('refuses where gRPC fails and base64 does not, with the cause in the message', async () => {
    const refused = unavailable('the store', new Error('connect ECONNREFUSED'));
    const { state, encodings } = daprState({ raw: failing(refused) });
    await assert.rejects(useRawBytes(state, signal, 1), (error: Error) => {
      return error instanceof RawBytesRefused && error.message === 'connect ECONNREFUSED';
    });
    assert.deepEqual(encodings, []);
  });

  it('takes a single failure of gRPC for an accident', async () => {
    let failures = 1;
    const memory = createMemoryState();
    const raw: StateStore['putBytes'] = (...args) =>
      failures-- > 0 ? Promise.reject(unavailable('the store')) : memory.putBytes(...args);
    const { state, encodings } = daprState({ raw });
    const both = { ...state, encodingBytes: () => ({ ...memory, putBytes: raw }) };
    await useRawBytes(both, signal, 1);
    assert.deepEqual(encodings, ['raw']);
  });

  it('says that nothing is known where the store itself is unavailable', async () => {
    const gone = failing(unavailable('the store'));
    const { state, encodings } = daprState({ raw: gone, base64: gone });
    await assert.rejects(useRawBytes(state, signal, 1), { code: 'unavailable' });
    assert.deepEqual(encodings, []);
  });

  it('ends with the reason of its signal', async () => {
    const { state } = daprState();
    await assert.rejects(useRawBytes(state, AbortSignal.abort(new Error('stopped'))), { message: 'stopped' });
  });
});
