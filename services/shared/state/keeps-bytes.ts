import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { StateStore } from './state-store.ts';

const CHUNK_BYTES = 1024 ** 2;
/** Keys that are left behind expire after this time. */
const SCRATCH_SECONDS = 120;
const PARALLELISM = 8;

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function shuffled(bytes: Buffer): Buffer {
  const order = randomBytes(bytes.length * 4);
  const rank = (byte: number) => order.readUInt32LE(byte * 4);
  return Buffer.from([...bytes].sort((a, b) => rank(a) - rank(b)));
}

/** Bytes that a store, or a client of one, may take for something else. */
const samples = (): Buffer[] => [
  Buffer.alloc(0),
  // Single bytes that a store may remove or interpret at the beginning or at the end of a value.
  ...[...'\0\t\n\r "$%0[{\x7f\x80\xff'].map((byte) => Buffer.from(byte, 'latin1')),
  everyByte,
  Buffer.from(everyByte).reverse(),
  ...Array.from({ length: 4 }, () => shuffled(everyByte)),
  ...['$etag', '$$NOW', '{"$concat":["a","b"]}', '"text"', 'null', '1', 'AAAA', '%00', '\r\n'].map((text) =>
    Buffer.from(text),
  ),
  // Not UTF-8: a lone continuation, a cut character, an overlong NUL, half of a surrogate pair, a byte order mark of UTF-16.
  ...['80', 'e282', 'c080', 'eda080', 'fffe', 'f8888080', '00'.repeat(64)].map((hex) =>
    Buffer.from(hex, 'hex'),
  ),
  randomBytes(CHUNK_BYTES),
  randomBytes(CHUNK_BYTES - 1),
  Buffer.alloc(CHUNK_BYTES, 0xff),
];

/**
 * Tries on scratch keys whether a store gives back whatever bytes it gets. Throws an AssertionError where it does not, and
 * what the store throws.
 */
export async function assertKeepsBytes(
  store: Pick<StateStore, 'putBytes' | 'getBytes' | 'delete'>,
  signal: AbortSignal,
): Promise<void> {
  const rest = samples().values();
  const worker = async () => {
    const key = `scratch:${randomUUID()}`;
    for (const bytes of rest) {
      await store.putBytes(key, bytes, { ttlSeconds: SCRATCH_SECONDS, signal });
      const kept = await store.getBytes(key, signal);
      assert.ok(
        kept?.equals(bytes),
        `${bytes.length} bytes come back otherwise: ${start(bytes)} as ${start(kept)}`,
      );
    }
    await store.delete(key, signal);
  };
  await Promise.all(Array.from({ length: PARALLELISM }, worker));
}

const start = (bytes: Buffer | undefined): string => bytes?.toString('hex', 0, 16) ?? 'nothing';
