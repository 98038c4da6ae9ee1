import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepParts } from '../../../../../services/gateway/page/app/share/keep-parts.ts';
import { inPieces, randomBytes } from '../../../../support/random.ts';

/** Saves these bytes, which come in pieces of up to 1,000. */
async function keep(bytes: Buffer, limits: { partBytes: number; maxBytes: number }) {
  const kept: Buffer[] = [];
  const stream = ReadableStream.from(inPieces(bytes, 1000)) as ReadableStream<Uint8Array<ArrayBuffer>>;
  const parts = await keepParts(stream, limits, async (part, body) => {
    assert.equal(part, kept.length);
    kept.push(Buffer.from(await new Response(body).arrayBuffer()));
  });
  return { parts, kept };
}

describe('keepParts', () => {
  const SIZES: [bytes: number, partBytes: number][] = [
    [0, 100],
    [1, 100],
    [50_000, 1],
    [50_000, 4_000],
    [50_000, 50_000],
    [50_000, 1_000_000],
  ];
  for (const [size, partBytes] of SIZES) {
    it(`keeps all of ${size} bytes, in order, in parts of at least ${partBytes}`, async () => {
      const bytes = randomBytes(size);
      const { parts, kept } = await keep(bytes, { partBytes, maxBytes: size });
      assert.equal(parts, kept.length);
      assert.deepEqual(Buffer.concat(kept), bytes);
      for (const part of kept.slice(0, -1))
        assert.ok(part.length >= partBytes && part.length < partBytes + 1000);
    });
  }

  it('rejects where there is more than is kept, and reads no further', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1000;
        yield new Uint8Array(1000);
      }
    }
    const stream = ReadableStream.from(endless()) as ReadableStream<Uint8Array<ArrayBuffer>>;
    const save = async (_part: number, body: ReadableStream) => void (await new Response(body).arrayBuffer());
    await assert.rejects(keepParts(stream, { partBytes: 4000, maxBytes: 10_000 }, save), RangeError);
    assert.ok(read <= 15_000, String(read));
  });

  const save = async (_part: number, body: ReadableStream) => void (await new Response(body).arrayBuffer());
  const refuse = async () => {
    throw new Error('no room');
  };
  const saveOne = async (part: number, body: ReadableStream) => (part === 0 ? save(part, body) : refuse());
  for (const [why, keepPart, reason] of [
    ['there is more than is kept', save, RangeError],
    ['the first part cannot be saved', refuse, Error],
    ['a later part cannot be saved', saveOne, Error],
  ] as const)
    it(`cancels and unlocks the stream where ${why}`, async () => {
      const cancelled: unknown[] = [];
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => controller.enqueue(new Uint8Array(1000)),
        cancel: (error) => void cancelled.push(error),
      });
      const error: unknown = await keepParts(stream, { partBytes: 2000, maxBytes: 9000 }, keepPart).catch(
        (cause: unknown) => cause,
      );
      assert.ok(error instanceof reason, String(error));
      assert.deepEqual(cancelled, [error]);
      assert.equal(stream.locked, false);
    });

  it('rejects with the error of a stream that fails, and does not wait for one whose end takes for ever', async () => {
    const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new Error('connection lost')),
    });
    await assert.rejects(keepParts(failing, { partBytes: 1, maxBytes: 1 }, save), /connection lost/);
    const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
      cancel: () => new Promise(() => undefined),
    });
    await assert.rejects(keepParts(silent, { partBytes: 1, maxBytes: 1 }, refuse), /no room/);
  });

  it('unlocks the stream once all is kept', async () => {
    const stream = ReadableStream.from([new Uint8Array(1)]) as ReadableStream<Uint8Array<ArrayBuffer>>;
    await keepParts(stream, { partBytes: 1, maxBytes: 1 }, save);
    assert.equal(stream.locked, false);
  });

  it('rejects with what cannot be saved', async () => {
    const stream = ReadableStream.from([new Uint8Array(1)]) as ReadableStream<Uint8Array<ArrayBuffer>>;
    const refused = async () => {
      throw new Error('no room');
    };
    await assert.rejects(keepParts(stream, { partBytes: 1, maxBytes: 1 }, refused), /no room/);
  });
});
