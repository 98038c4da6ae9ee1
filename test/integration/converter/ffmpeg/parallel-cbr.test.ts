import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NotJoinable } from '../../../../services/converter/failure.ts';
import type { Frame } from '../../../../services/converter/mp3/frame-reader.ts';
import { soundOf } from '../../../../services/converter/mp3/main-data.ts';
import { mainDataBegin } from '../../../../services/converter/mp3/side-info.ts';
import { splice } from '../../../../services/converter/mp3/splice.ts';
import { samplesOf, snr, stretchesRound } from '../../../support/join-noise.ts';
import { media } from '../../../support/media.ts';
import { encodeTwice } from '../../../support/parallel-cbr.ts';
import { SOUND_KINDS } from '../../../support/sound-kinds.ts';
import { decode, readMp3 } from '../mp3/inspect-mp3.ts';

/** Frames of the low sample rates last longer, so that it takes a longer sound for a preroll. */
const secondsOf = (rate: number) => (rate < 32_000 ? 90 : 55);
/** The signal-to-noise ratio of 200 ms may be this much lower than with one encoder, in dB, where the encoders differ. */
const MOST_DB_LOST = 0.3;

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-cbr-'));
});
after(() => rm(root, { recursive: true }));

describe('encodeInParallel › a constant bit rate', { concurrency: 2 }, () => {
  for (const kind of SOUND_KINDS) {
    const { name, rate, channels, bitrate } = kind;
    it(`makes of ${name} what one encoder makes, or as good`, async () => {
      const seconds = secondsOf(rate);
      const made = await encodeTwice(kind, { folder: root, seconds, parts: 2 });
      const [one, ours] = await Promise.all([readMp3(made.serial), readMp3(made.parallel)]);
      const lengths = ({ frames }: typeof one) => frames.map(({ bytes }) => bytes.length);
      assert.deepEqual(lengths(ours), lengths(one), 'the frames have the padding of one encoder');
      assert.deepEqual(new Set(ours.frames.map(({ header }) => header.bitrateIndex)).size, 1);
      assert.deepEqual(ours.tag, one.tag);
      assert.ok(ours.tagFrame.bytes.includes('Info'), 'the tag says that the bit rate is constant');
      const [source, serial, parallel] = await Promise.all([
        samplesOf(made.source),
        decode(made.serial),
        decode(made.parallel),
      ]);
      assert.equal(parallel.length, source.length, 'samples');
      assert.ok(Math.abs((await readFile(made.parallel)).length / (bitrate * 125 * seconds) - 1) < 0.01);
      if (parallel.equals(serial)) return;
      for (const stretch of made.joins.flatMap((join) => stretchesRound(join, rate))) {
        const [before, after] = [serial, parallel].map((each) => snr(source, each, stretch, channels));
        assert.ok((after ?? 0) > (before ?? 0) - MOST_DB_LOST, `${after} instead of ${before} dB`);
      }
    });
  }
});

describe('splice', () => {
  const frames = async (shift: number): Promise<Frame[]> => {
    const source = ['-f', 'lavfi', '-i', `anoisesrc=c=pink:r=44100:d=12:a=0.5:seed=3`];
    const cut = `atrim=start_sample=${shift},asetpts=N/SR/TB`;
    return (await readMp3(await media('part.mp3', ...source, '-af', cut, '-b:a', '128k'))).frames;
  };
  /** Frames of a sound to whose reservoir two encoders adjust slowly. */
  const noiseFrames = async (start: number): Promise<Frame[]> => {
    const cut = `atrim=start_sample=${start * 1152},asetpts=N/SR/TB`;
    const source = ['-f', 'lavfi', '-i', 'anoisesrc=c=white:r=44100:d=20:a=0.3:seed=4', '-ac', '2'];
    return (await readMp3(await media('noise.mp3', ...source, '-af', cut, '-b:a', '256k'))).frames;
  };
  const overlap = async (shift = 0): Promise<[Frame[], Frame[]]> => {
    const [whole, part] = await Promise.all([frames(0), frames(98 * 1152 + shift)]);
    return [whole.slice(98 + 20, 98 + 118), part.slice(20, 118)];
  };

  /** Asserts that each frame has its own main data. Returns how many bytes are left over at the change. */
  const assertJoined = (joined: Frame[], previous: Frame[], next: Frame[]): number => {
    assert.equal(joined.length, next.length);
    const change = joined.findIndex((frame, index) => frame === next[index]);
    assert.ok(change > 0);
    for (const index of joined.keys()) {
      const expected = soundOf(index < change ? previous : next, index);
      if (expected) assert.deepEqual(soundOf(joined, index), expected, `frame ${index}`);
    }
    const [left, used] = [previous[change], next[change]].map((frame) =>
      frame ? mainDataBegin(frame.bytes, frame.header) : Number.NaN,
    );
    return (left ?? 0) - (used ?? 0);
  };

  it('joins two encoders that have come to the same state, with nothing left over', async () => {
    const [previous, next] = await overlap();
    assert.equal(assertJoined(splice(previous, next), previous, next), 0);
  });

  it('joins encoders whose reservoirs differ where the first has left enough, and refuses others', async () => {
    const whole = await noiseFrames(0);
    const leftOver: number[] = [];
    let refused = 0;
    for (const start of [49, 98, 147, 196, 245, 294]) {
      const part = await noiseFrames(start);
      for (let from = 30; from < 200; from += 17) {
        const previous = whole.slice(start + from, start + from + 20);
        const next = part.slice(from, from + 20);
        try {
          leftOver.push(assertJoined(splice(previous, next), previous, next));
        } catch (error) {
          if (!(error instanceof NotJoinable)) throw error;
          refused++;
        }
      }
    }
    assert.ok(refused > 0, 'some are refused');
    assert.ok(Math.min(...leftOver) >= 0 && Math.max(...leftOver) > 0, String(leftOver));
  });

  it('throws NotJoinable for a part that is one sample late', async () => {
    const [previous, next] = await overlap(1);
    assert.throws(() => splice(previous, next), NotJoinable);
  });

  it('throws NotJoinable for a part whose frames are padded in another order', async () => {
    const [previous, next] = await overlap();
    assert.throws(() => splice(previous.slice(1), next), NotJoinable);
  });
});
