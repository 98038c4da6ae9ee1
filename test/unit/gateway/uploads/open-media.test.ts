import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { openMedia } from '../../../../services/gateway/uploads/open-media.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../sample-uploads.ts';
import { mpegFrames } from './sample-streams.ts';

describe('openMedia', () => {
  const { signal } = new AbortController();
  const options = { maxBytes: 10_000, signal };
  const read = async (bytes: Buffer, most: number) =>
    buffer((await openMedia(inPieces(bytes, most), options)).bytes);
  for (const most of [1, 7, 399, 400, 10_000]) {
    test(`passes on every byte when the pieces have up to ${most} bytes`, async () => {
      const bytes = mp4(10_000);
      assert.ok(bytes.equals(await read(bytes, most)));
    });
  }

  const BAD: [what: string, bytes: Buffer, code: string][] = [
    ['empty', Buffer.alloc(0), 'empty_file'],
    ['a byte too long', mp4(10_001), 'too_large'],
    ['not media, and short', Buffer.from('hi'), 'not_media'],
    ['not media, and long', Buffer.alloc(5_000, 'x'), 'not_media'],
  ];
  for (const [what, bytes, code] of BAD) {
    for (const most of [1, 10_000]) {
      test(`refuses a file that is ${what} with ${code} (pieces of up to ${most} bytes)`, async () => {
        await assert.rejects(read(bytes, most), { code });
      });
    }
  }

  /** The number of bytes that are read of an endless file of this byte before it is refused. */
  async function readBeforeRefusal(fill: string): Promise<number> {
    let taken = 0;
    async function* endless() {
      for (;;) {
        taken += 1024;
        yield Buffer.alloc(1024, fill);
      }
    }
    await assert.rejects(openMedia(endless(), { ...options, maxBytes: 2 ** 30 }), { code: 'not_media' });
    return taken;
  }
  // An MXF file may have a run-in of 64 KiB, and 400 bytes are enough for every other signature at the start.
  for (const [what, fill, bytes] of [
    ['other bytes', 'x', 66_560],
    ['padding', '\0', 1_048_576],
  ] as const) {
    test(`refuses an endless file of ${what} after ${bytes} bytes, before a byte is passed on`, async () => {
      assert.equal(await readBeforeRefusal(fill), bytes);
    });
  }

  test('reads no more than 400 bytes of a file that begins with a signature', async () => {
    let taken = 0;
    async function* slow() {
      for await (const piece of inPieces(mp4(5_000), 1)) {
        taken += piece.length;
        yield piece;
      }
    }
    await openMedia(slow(), options);
    assert.equal(taken, 400);
  });

  for (const zeros of [1, 399, 400, 70_000, 900_000]) {
    test(`passes on an MP3 with ${zeros} zeros before it`, async () => {
      const bytes = Buffer.concat([Buffer.alloc(zeros), mpegFrames(20)]);
      const media = await openMedia(inPieces(bytes, 60_000), { ...options, maxBytes: bytes.length });
      assert.ok(bytes.equals(await buffer(media.bytes)));
    });
  }

  test('does not wait for a client that sends nothing once the signal is aborted', async () => {
    const stop = new AbortController();
    async function* silent(): AsyncGenerator<Uint8Array> {
      await new Promise(() => undefined);
    }
    const opening = openMedia(silent(), { maxBytes: 10_000, signal: stop.signal });
    const reason = new Error('the client went away');
    stop.abort(reason);
    await assert.rejects(opening, reason);
  });
});
