import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NotJoinable } from '../../../../services/converter/failure.ts';
import { encodeInParallel } from '../../../../services/converter/ffmpeg/encode-in-parallel.ts';
import { INPUT, OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { audioTrack } from '../../../support/audio-track.ts';
import { encodeRequest } from '../../../support/encode-request.ts';
import { file, media, picture, tone } from '../../../support/media.ts';
import { processesIn } from '../../../support/processes.ts';
import { decode, probeFormat, readMp3, runFfmpeg } from '../mp3/inspect-mp3.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-parts-'));
});
after(() => rm(root, { recursive: true }));

interface Shape {
  rate?: number;
  channels?: number;
  seconds?: number;
  quality?: number;
  count?: number;
  /** Index of the track. */
  index?: number;
  signal?: AbortSignal;
}

async function make(source: string, shape: Shape = {}) {
  const { rate = 44_100, channels = 2, seconds = 12, quality = 2, count = 2 } = shape;
  const folder = await mkdtemp(join(root, 'attempt-'));
  await copyFile(source, join(folder, INPUT));
  const times: number[] = [];
  const audio = {
    ...audioTrack(),
    index: shape.index ?? 0,
    sampleRate: rate,
    channels,
    expectedSeconds: seconds,
  };
  const { signal = new AbortController().signal } = shape;
  const request = { folder, options: { quality }, signal, onTime: (time: number) => times.push(time) };
  await encodeInParallel({ ...encodeRequest(request), audio, parts: count });
  return { folder, path: join(folder, OUTPUT), times };
}

/** Encodes the source with one process, with or without LAME's bit reservoir. */
async function whole(source: string, { quality = 2, channels = 2, rate }: Shape, reservoir: boolean) {
  const path = join(await mkdtemp(join(root, 'whole-')), 'whole.mp3');
  const shape = [...(channels > 2 ? ['-ac', '2'] : []), ...(rate && rate > 48_000 ? ['-ar', '48000'] : [])];
  const vbr = ['-q:a', String(quality), '-reservoir', reservoir ? '1' : '0', '-id3v2_version', '0'];
  // Holes become silence.
  const holes = ['-af', 'aresample=async=1:first_pts=0'];
  await runFfmpeg('error', '-copyts', '-i', source, '-map', '0:a:0', ...holes, ...shape, ...vbr, path);
  return path;
}

const sound = (expression: string, { rate = 44_100, seconds = 12 } = {}) =>
  media('sound.wav', '-f', 'lavfi', '-i', `aevalsrc='${expression}':s=${rate}:d=${seconds}`);
const SWEEP = '0.5*sin(2*PI*(100*t+150*t*t))';
const CLAPS = '(random(0)-0.5)*exp(-20*mod(t,0.37))';
const FADE = '0.9*exp(-0.5*t)*(random(1)-0.5)';

describe('encodeInParallel › the sound', { concurrency: 2 }, () => {
  const noise = () => ['-f', 'lavfi', '-i', 'anoisesrc=c=pink:r=44100:d=12:a=0.4:seed=3', '-c:a', 'flac'];
  /** Moves all packets from the time `from` on. In ticks of the container. */
  const moved = (from: number, by: number) => {
    const shift = `gte(PTS,${from})*${by}`;
    return ['-bsf:a', `setts=pts='PTS+${shift}':dts='DTS+${shift}'`];
  };
  /** `plain` is the same sound with a clock that runs on. It is the source itself by default. */
  type Row = [name: string, source: () => Promise<string>, shape: Shape, plain?: () => Promise<string>];
  const table: Row[] = [
    ['a sweep', () => sound(`${SWEEP}|${SWEEP}`), {}],
    ['claps in noise at the best quality', () => sound(`${CLAPS}|${FADE}`), { quality: 0 }],
    ['claps and a sweep at the worst quality', () => sound(`${CLAPS}|${SWEEP}`), { quality: 9 }],
    [
      'a fade, to which LAME adjusts slowly',
      () => sound(`${FADE}|0.7*${FADE}`, { seconds: 30 }),
      { seconds: 30 },
    ],
    ['silence', () => sound('0|0', { rate: 48_000 }), { rate: 48_000 }],
    ['mono at 8 kHz', () => sound(SWEEP, { rate: 8000 }), { rate: 8000, channels: 1 }],
    ['mono at 48 kHz', () => sound(CLAPS, { rate: 48_000 }), { rate: 48_000, channels: 1 }],
    ['stereo at 22.05 kHz', () => sound(`${CLAPS}|${SWEEP}`, { rate: 22_050 }), { rate: 22_050 }],
    ['32 kHz', () => sound(`${CLAPS}|${SWEEP}`, { rate: 32_000 }), { rate: 32_000 }],
    ['96 kHz, which is resampled', () => sound(`${CLAPS}|${SWEEP}`, { rate: 96_000 }), { rate: 96_000 }],
    [
      '5.1',
      () => sound(`${CLAPS}|${SWEEP}|0.1*${SWEEP}|${FADE}|0|0.2*${CLAPS}`, { rate: 48_000 }),
      { rate: 48_000, channels: 6 },
    ],
    [
      'a sample rate that differs from the stated one',
      () => sound(SWEEP, { rate: 96_000 }),
      { rate: 48_000, channels: 1 },
    ],
    ['three parts', () => sound(`${SWEEP}|${CLAPS}`), { count: 3 }],
    [
      'a source that starts late',
      () =>
        media('late.mkv', ...picture(12), '-itsoffset', '1.7', ...tone(12), '-c:v', 'mpeg4', '-c:a', 'ac3'),
      { channels: 1, rate: 44_100, index: 1, seconds: 13.7 },
    ],
    [
      'a source with a gap',
      () => media(...['gap.mkv', ...tone(12), '-af', "aselect='not(between(t,3,5))'", '-c:a', 'flac']),
      { channels: 1 },
    ],
    [
      'a clock that jumps in the first part',
      () => media('jump.mkv', ...noise(), ...moved(3000, 7_200_000)),
      { channels: 1 },
      () => media('plain.mkv', ...noise()),
    ],
    [
      'a clock that jumps in the last part',
      () => media('jump.ogg', ...noise(), ...moved(44_100 * 9, 44_100 * 7200)),
      { channels: 1 },
      () => media('plain.ogg', ...noise()),
    ],
    [
      'a clock that is set back',
      () => media('back.ogg', ...noise(), ...moved(44_100 * 3, -44_100 * 2)),
      { channels: 1 },
      () => media('plain.ogg', ...noise()),
    ],
  ];
  for (const [name, source, shape, plain = source] of table) {
    it(`equals that of one encoder, sample for sample, for ${name}`, async () => {
      const [path, straight] = await Promise.all([source(), plain()]);
      const made = await make(path, shape);
      const [one, usual] = await Promise.all([whole(straight, shape, false), whole(straight, shape, true)]);
      const [ours, reference, length] = await Promise.all([decode(made.path), decode(one), decode(usual)]);
      assert.equal(ours.length, length.length, 'samples');
      assert.ok(ours.equals(reference), 'the sound differs');
      assert.equal((await probeFormat(made.path)).duration, (await probeFormat(usual)).duration);
      const size = (await stat(made.path)).size / (await stat(usual)).size;
      assert.ok(size > 0.9 && size < 1.03, `${size} times the usual size`);
      assert.deepEqual(await readdir(made.folder), [INPUT, OUTPUT, `${OUTPUT}.pcm`]);
    });
  }
});

describe('encodeInParallel › the file', () => {
  it('has no ID3 tag, and a Xing tag that states what it holds', async () => {
    const title = ['-metadata', 'title=Ein Lied — 歌', '-metadata', 'artist=Wir'];
    const source = await media('title.mp4', ...tone(20), ...title, '-c:a', 'aac');
    const { path } = await make(source, { channels: 1, seconds: 20 });
    const usual = await whole(source, { channels: 1 }, true);
    const made = await readMp3(path);
    const { tag, id3Bytes, tagFrame: info, frames } = made;
    assert.equal(tag.frames, frames.length);
    assert.deepEqual(tag, (await readMp3(usual)).tag);
    assert.equal(id3Bytes, 0);
    const name = info.bytes.indexOf('Xing');
    assert.equal(info.bytes.readUInt32BE(name + 12), (await stat(path)).size);
    const toc = [...info.bytes.subarray(name + 16, name + 116)];
    assert.deepEqual(
      toc,
      toc.toSorted((a, b) => a - b),
    );
    assert.ok(new Set(toc).size > 90 && toc[0] === 0, String(toc));
  });

  it('reports the seconds of all parts together', async () => {
    const { times } = await make(await sound(`${SWEEP}|${CLAPS}`));
    const last = times.at(-1) ?? 0;
    assert.ok(last > 11.9 && last < 16, String(last));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  it('ends with the sound where the source states more', async () => {
    const source = await sound(`${SWEEP}|${CLAPS}`);
    const one = await decode(await whole(source, {}, false));
    for (const seconds of [14, 24.2, 60]) {
      const { path } = await make(source, { seconds });
      assert.ok((await decode(path)).equals(one), `${seconds} s were stated`);
    }
  });
});

describe('encodeInParallel › NotJoinable', () => {
  const changing = async () => {
    const parts = [tone(6), [...tone(6), '-ac', '6']].map((args, index) =>
      media(`${index}.ts`, ...args, '-c:a', 'ac3'),
    );
    const bytes = await Promise.all(parts.map(async (path) => readFile(await path)));
    return file('changing.ts', Buffer.concat(bytes));
  };
  const table: [string, () => Promise<string>, Shape][] = [
    ['a source that changes its channels midway', changing, { channels: 1 }],
    ['a source without sound', () => media('a.png', ...picture(0.1), '-frames:v', '1'), {}],
  ];
  for (const [name, source, shape] of table) {
    it(`is thrown for ${name}`, async () => {
      await assert.rejects(make(await source(), shape), NotJoinable);
    });
  }
});

it('encodeInParallel ends all processes when it is aborted', async () => {
  const source = await sound(`${SWEEP}|${CLAPS}`, { seconds: 30 });
  const stop = new AbortController();
  const reason = new Error('stop');
  const running = make(source, { seconds: 30, quality: 0, signal: stop.signal });
  while (processesIn(root).length < 2) await new Promise(setImmediate);
  stop.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(processesIn(root), []);
});
