import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { LocalFile } from '../../../../../services/gateway/sound/local-file.ts';
import { planSound } from '../../../../../services/gateway/sound/plan-sound.ts';
import { EARLY_HEAD_BYTES } from '../../../../../services/shared/jobs/early-request.ts';
import { media, picture, tone } from '../../../../support/media.ts';

const HOLE_BYTES = 2 ** 31 + 12_345;
const SECONDS = 20;

/** A film of two gigabytes that is nowhere: its box of media data goes on with zeros, as if the picture had great samples. */
async function largeFilm(): Promise<{ film: LocalFile; bytesRead: () => number; soundBytes: number }> {
  const path = await media(
    'long.mp4',
    ...picture(SECONDS),
    ...tone(SECONDS),
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    '-b:a',
    '128k',
  );
  const original = await readFile(path);
  const at = original.indexOf('mdat', 0, 'latin1') - 4;
  const end = at + original.readUInt32BE(at);
  // ffmpeg leaves room for a size of 64 bits: an empty box `free`.
  assert.equal(original.toString('latin1', at - 4, at), 'free');
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1);
  header.write('mdat', 4);
  header.writeBigUInt64BE(BigInt(end - at + 8 + HOLE_BYTES), 8);
  const head = Buffer.concat([original.subarray(0, at - 8), header, original.subarray(at + 8, end)]);
  const tail = original.subarray(end);
  let total = 0;
  const film: LocalFile = {
    size: head.length + HOLE_BYTES + tail.length,
    async read(from, to) {
      total += to - from;
      const bytes = new Uint8Array(to - from);
      bytes.set(head.subarray(from, to));
      const tailStart = head.length + HOLE_BYTES;
      if (to > tailStart)
        bytes.set(
          tail.subarray(Math.max(0, from - tailStart), to - tailStart),
          Math.max(0, tailStart - from),
        );
      return bytes;
    },
  };
  const sizes = original.lastIndexOf('stsz', undefined, 'latin1');
  const count = original.readUInt32BE(sizes + 12);
  const soundBytes = Array.from({ length: count }, (_, index) =>
    original.readUInt32BE(sizes + 16 + 4 * index),
  );
  return { film, bytesRead: () => total, soundBytes: soundBytes.reduce((sum, bytes) => sum + bytes, 0) };
}

describe('planIsoMedia with a film of 2 GiB', () => {
  it('sends hardly more than its sound, and reads little of it to find that', async () => {
    const { film, bytesRead, soundBytes } = await largeFilm();
    const plan = await planSound(film, {}, new AbortController().signal);
    assert.ok(plan);
    assert.ok(plan.file.size <= soundBytes * 1.02, `${plan.file.size} for ${soundBytes}`);
    assert.ok(plan.file.size >= soundBytes);
    assert.ok(bytesRead() < 2 ** 20, `${bytesRead()}`);
  });

  it('puts its index, which is at the end, in front of its sound', async () => {
    const { film } = await largeFilm();
    const plan = await planSound(film, {}, new AbortController().signal);
    assert.ok(plan);
    const bytes = Buffer.from(await plan.file.read(0, plan.file.size));
    const index = bytes.indexOf('moov', 0, 'latin1');
    assert.ok(index >= 0 && index < bytes.indexOf('mdat', 0, 'latin1'), `the index is at ${index}`);
    // Of two hours it has less than 2 MiB, which are stored before a converter is asked to begin.
    const perSecond = bytes.readUInt32BE(index - 4) / SECONDS;
    assert.ok(perSecond * 7200 < EARLY_HEAD_BYTES / 2, `${perSecond} bytes a second`);
  });
});
