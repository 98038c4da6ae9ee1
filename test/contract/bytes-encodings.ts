import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { type BlobStore, createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { assertKeepsBytes } from '../../services/shared/state/keeps-bytes.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { inPieces, randomBytes } from '../support/random.ts';
import { EXPIRES, resumableUpload } from './resumable-upload.ts';

const CHUNK = 1024 ** 2;
const { signal } = new AbortController();

export interface EncodedStates {
  /** Two connections to one store, which save bytes in these encodings. */
  base64: StateStore;
  raw: StateStore;
  /** Saves a value of JSON under a key, as no connection of ours does. */
  putJson(key: string, value: unknown): Promise<void>;
}

/** Saves bytes in the two encodings by turns. */
function mixed({ base64, raw }: EncodedStates): StateStore {
  let turn = 0;
  return { ...raw, putBytes: (...args) => (turn++ % 2 === 0 ? base64 : raw).putBytes(...args) };
}

/** Bytes that are saved in base64 and bytes that are saved as they are live side by side in one store. */
export function bytesEncodingsContract(name: string, states: EncodedStates): void {
  describe(`bytes in two encodings: ${name}`, () => {
    testBytes(states);
    testMixedBlobs(states);
    testDamage(states);
  });
}

function testBytes(states: EncodedStates): void {
  for (const [from, to] of [
    ['base64', 'raw'],
    ['raw', 'base64'],
  ] as const) {
    it(`keeps every byte that is saved in ${from}`, () => assertKeepsBytes(states[from], signal));

    it(`replaces ${from} by ${to} under one key, which both connections read`, async () => {
      const key = `contract:${randomUUID()}`;
      for (const [encoding, seed] of [
        [from, 1],
        [to, 2],
      ] as const) {
        const bytes = randomBytes(CHUNK - seed, seed);
        await states[encoding].putBytes(key, bytes);
        for (const reader of [states.base64, states.raw])
          assert.ok((await reader.getBytes(key))?.equals(bytes));
      }
      await states.raw.delete(key);
    });
  }
}

function testMixedBlobs(states: EncodedStates): void {
  it('reads a blob of both encodings, whole and in ranges, with either connection', async () => {
    const bytes = randomBytes(7 * CHUNK + 12_345);
    const { id } = await createBlobStore(mixed(states)).write(randomUUID(), inPieces(bytes), {
      expires: EXPIRES,
    });
    for (const state of [states.base64, states.raw]) {
      const blobs = createBlobStore(state);
      assert.ok(bytes.equals(await buffer(blobs.read(id))));
      const range = await buffer(blobs.read(id, { start: CHUNK - 3, end: 4 * CHUNK + 3 }));
      assert.ok(range.equals(bytes.subarray(CHUNK - 3, 4 * CHUNK + 4)));
      const parts: Buffer[] = [];
      await blobs.copy(id, async (part) => void parts.push(Buffer.from(part)));
      assert.ok(bytes.equals(Buffer.concat(parts)));
    }
    await createBlobStore(states.raw).delete(id);
  });

  it('goes on with a resumable upload in the other encoding, also from its tail', async () => {
    const upload = resumableUpload(randomBytes(4 * CHUNK + 777));
    const both = [createBlobStore(states.base64), createBlobStore(states.raw)] as [BlobStore, BlobStore];
    const ends = [CHUNK / 2, 2 * CHUNK + 5, 3 * CHUNK, upload.bytes.length];
    for (const [number, end] of ends.entries()) {
      await upload.takeOver().append(both[number % 2] as BlobStore, end);
    }
    const { id } = await upload.takeOver().complete(both[0]);
    for (const blobs of both) assert.ok(upload.bytes.equals(await buffer(blobs.read(id))));
    await both[0].delete(id);
  });
}

function testDamage(states: EncodedStates): void {
  const bytes = randomBytes(2 * CHUNK + 99);
  const DAMAGES: [what: string, damage: (key: string, chunk: Buffer) => Promise<void>][] = [
    ['lacks its last byte', (key, chunk) => states.raw.putBytes(key, chunk.subarray(0, -1))],
    ['has one byte more', (key, chunk) => states.raw.putBytes(key, Buffer.concat([chunk, Buffer.of(0)]))],
    ['is empty', (key) => states.raw.putBytes(key, Buffer.alloc(0))],
    [
      'has another byte',
      (key, chunk) => states.base64.putBytes(key, Buffer.from(chunk).fill(~(chunk[5] ?? 0), 5, 6)),
    ],
    ['is a number', (key) => states.putJson(key, 42)],
    ['is an object', (key) => states.putJson(key, { R: 'bytes' })],
    ['is a text that is no base64', (key) => states.putJson(key, 'Rüben und $etag')],
  ];
  for (const [what, damage] of DAMAGES) {
    it(`fails to read a blob whose chunk ${what}`, async () => {
      const blobs = createBlobStore(states.raw);
      const { id } = await blobs.write(randomUUID(), inPieces(bytes), { expires: EXPIRES });
      await damage(`chunk:${id}:1`, bytes.subarray(CHUNK, 2 * CHUNK));
      await assert.rejects(buffer(blobs.read(id)), { code: 'internal' });
      await blobs.delete(id);
    });
  }
}
