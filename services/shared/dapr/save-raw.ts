import type { BufferPool } from '../runtime/buffer-pool.ts';
import { unavailable } from '../runtime/errors.ts';
import type { PutBytesOptions } from '../state/state-store.ts';
import type { GrpcClient } from './grpc-client.ts';
import { GRPC_SAVE_STATE } from './names.ts';
import { saveFrameHead } from './save-frame.ts';
import { RAW_MARKER } from './stored-bytes.ts';
import { ttlMetadata } from './ttl-metadata.ts';

/** As long as a call of the state API over HTTP may take. */
const TIMEOUT_MS = 10_000;

/**
 * Saves bytes as they are, behind {@link RAW_MARKER}, through the gRPC API of the sidecar. Its HTTP API would have to decode
 * JSON, which is most of the work of a save. Throws as `StateStore.putBytes` does.
 */
export function createSaveRaw(grpc: GrpcClient, buffers: BufferPool) {
  return async (key: string, bytes: Buffer, options: PutBytesOptions): Promise<void> => {
    const { ttlSeconds, signal, onEncoded } = options;
    signal?.throwIfAborted();
    const head = saveFrameHead(key, {
      marker: RAW_MARKER,
      length: bytes.length,
      metadata: ttlSeconds === undefined ? {} : ttlMetadata(ttlSeconds),
    });
    const length = head.length + bytes.length;
    const buffer = length <= buffers.size ? buffers.take() : Buffer.allocUnsafeSlow(length);
    head.copy(buffer);
    bytes.copy(buffer, head.length);
    onEncoded?.();
    const frame = buffer.subarray(0, length);
    try {
      const isFree = await grpc.call({ path: GRPC_SAVE_STATE, frame, timeoutMs: TIMEOUT_MS, signal });
      if (isFree) buffers.give(buffer);
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable('the store', cause);
    }
  };
}
