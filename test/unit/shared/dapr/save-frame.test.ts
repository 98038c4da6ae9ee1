import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { FRAME_HEAD_BYTES } from '../../../../services/shared/dapr/grpc-client.ts';
import { GRPC_SAVE_STATE } from '../../../../services/shared/dapr/names.ts';
import { saveFrameHead } from '../../../../services/shared/dapr/save-frame.ts';

const MARKER = 0x52;
const LAST_WRITE = 2;
const STRONG = 2;

/** Dapr's own definitions, which its SDK brings along. */
const definitions = loadSync('dapr/proto/runtime/v1/dapr.proto', {
  includeDirs: [resolve(import.meta.dirname, '../../../../node_modules/@dapr/dapr/proto')],
  defaults: true,
});
const service = definitions['dapr.proto.runtime.v1.Dapr'] as Record<
  string,
  MethodDefinition<Request, object>
>;

interface Request {
  storeName: string;
  states: { key: string; value: Buffer; etag: null; metadata: object; options: object }[];
}

/** The message in a frame. */
function decoded(frame: Buffer) {
  assert.equal(frame[0], 0, 'the message is not compressed');
  assert.equal(frame.readUInt32BE(1), frame.length - FRAME_HEAD_BYTES);
  const message = service.SaveState?.requestDeserialize(frame.subarray(FRAME_HEAD_BYTES));
  return message ?? assert.fail('there is no such method');
}

describe('the frame that saves a key by gRPC', () => {
  // The lengths need one, two, three and four bytes.
  for (const length of [0, 1, 126, 127, 128, 16_382, 16_384, 1024 ** 2, 2 ** 21 + 1]) {
    it(`is one item of Dapr's definition, of ${length} bytes behind the marker`, () => {
      const bytes = randomBytes(length);
      const head = saveFrameHead('chunk:1:0', { marker: MARKER, length, metadata: { ttlInSeconds: '60' } });
      const { storeName, states } = decoded(Buffer.concat([head, bytes]));
      assert.equal(storeName, 'store');
      assert.equal(states.length, 1);
      const { value, ...item } = states[0] ?? assert.fail();
      assert.ok(value.equals(Buffer.concat([Buffer.of(MARKER), bytes])));
      assert.deepEqual(item, {
        key: 'chunk:1:0',
        etag: null,
        metadata: { ttlInSeconds: '60' },
        options: { concurrency: LAST_WRITE, consistency: STRONG },
      });
    });
  }

  it('has no metadata for a key without a TTL, and keeps any key', () => {
    const key = `${'k'.repeat(300)} é`;
    const head = saveFrameHead(key, { marker: MARKER, length: 0, metadata: {} });
    const [item] = decoded(head).states;
    assert.equal(item?.key, key);
    assert.deepEqual(item?.metadata, {});
  });

  it('goes to a method of that definition', () => {
    assert.equal(service.SaveState?.path, GRPC_SAVE_STATE);
  });
});
