import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LocalFile } from '../../../../../services/gateway/sound/local-file.ts';
import { planSmallerFile } from '../../../../../services/gateway/sound/plan-sound.ts';
import { compareSound } from '../../../../support/compared-sound.ts';
import { memoryFile } from '../../../../support/local-file.ts';
import { media, picture, tone } from '../../../../support/media.ts';
import { randomNumbers } from '../../../../support/random.ts';

const SEED = 18;
const { signal } = new AbortController();
const film = (name: string, ...args: string[]) =>
  media(
    name,
    ...picture(1),
    ...tone(1),
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '3',
    '-c:a',
    'aac',
    ...args,
  );
const FILMS: [name: string, make: () => Promise<string>][] = [
  ['a film', () => film('a.mp4')],
  ['a film with its index at the start', () => film('b.mp4', '-movflags', '+faststart')],
  ['a film in fragments', () => film('c.mp4', '-movflags', 'frag_keyframe+empty_moov')],
  [
    'a film in segments of DASH',
    () => film('d.mp4', '-movflags', 'dash+global_sidx+frag_keyframe+empty_moov'),
  ],
  ['a film with PCM', () => film('e.mov', '-c:a', 'pcm_s16le')],
];

/** A file that counts what is read of it, and fails the test where it is read outside its bytes. */
function watched(content: Uint8Array) {
  let bytesRead = 0;
  const { size, read } = memoryFile(content);
  const file: LocalFile = {
    size,
    read(start, end) {
      assert.ok(start >= 0 && end <= size && start <= end, `${start} to ${end} of ${size}`);
      bytesRead += end - start;
      return read(start, end);
    },
  };
  return { file, bytesRead: () => bytesRead };
}

/** Changes some bytes of the boxes that are no media data. */
function mutate(original: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(original);
  const boxes: [start: number, end: number][] = [];
  for (let at = 0; at + 8 <= original.length; at += original.readUInt32BE(at)) {
    if (original.toString('latin1', at + 4, at + 8) !== 'mdat')
      boxes.push([at, at + original.readUInt32BE(at)]);
  }
  for (let count = 1 + random(4); count > 0; count--) {
    const [start, end] = boxes[random(boxes.length)] as [number, number];
    const at = start + random(end - start);
    bytes[at] = [random(256), (bytes[at] as number) ^ (1 << random(8)), 0, 255][random(4)] as number;
  }
  return bytes;
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp3converter-damage-'));
});
after(() => rm(folder, { recursive: true }));

async function sameOrWhole(name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const { differences } = await compareSound(path);
  assert.deepEqual(differences, []);
}

describe('planIsoMedia with damaged films', { concurrency: 2 }, () => {
  for (const [name, make] of FILMS) {
    it(`sends ${name} whole that was cut, or its MP3 is the same`, async () => {
      const bytes = await readFile(await make());
      const random = randomNumbers(SEED);
      let plans = 0;
      for (let count = 0; count < 150; count++) {
        const cut = bytes.subarray(0, random(bytes.length));
        if (!(await planSmallerFile(memoryFile(cut), {}, signal))) continue;
        plans += 1;
        await sameOrWhole(`cut-${name}`, cut);
      }
      // A cut is rarely just between two boxes.
      assert.ok(plans < 15, `${plans} plans`);
    });

    it(`reads little of ${name} with wrong bytes, and ends without an error of its own`, async () => {
      const original = await readFile(await make());
      const random = randomNumbers(SEED);
      for (let count = 0; count < 400; count++) {
        const { file, bytesRead } = watched(mutate(original, random));
        const plan = await planSmallerFile(file, {}, signal);
        assert.ok(bytesRead() <= 20 * original.length + 1e6, `${bytesRead()} of ${original.length}`);
        // What is planned can be read, to its last byte.
        if (plan) assert.equal((await plan.file.read(0, plan.file.size)).length, plan.file.size);
      }
    });

    it(`makes the same MP3, or the same failure, of ${name} with wrong bytes`, async () => {
      const original = await readFile(await make());
      const random = randomNumbers(SEED + 1);
      for (let compared = 0, tries = 0; compared < 4 && tries < 100; tries++) {
        const bytes = mutate(original, random);
        if (!(await planSmallerFile(memoryFile(bytes), {}, signal))) continue;
        compared += 1;
        await sameOrWhole(`wrong-${name}`, bytes);
      }
    });
  }
});
