import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matroskaAudioTracks } from '../../../../../services/converter/ffmpeg/probe/matroska-tracks.ts';
import { encryptedMp4Tracks } from '../../../../../services/converter/ffmpeg/probe/mp4-encryption.ts';
import { scrambledStreams } from '../../../../../services/converter/ffmpeg/probe/scrambled-streams.ts';

const readerOf = (bytes: Buffer) => async (offset: number, length: number) =>
  bytes.subarray(offset, offset + length);

/** A box of an MP4: a 32-bit size, or a 64-bit one, and the type. */
function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + Buffer.concat(content).length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}
const bytes = (...values: number[]) => Buffer.from(values);

describe('encryptedMp4Tracks', () => {
  const description = (...entries: string[]) =>
    box(
      'mdia',
      box('hdlr'),
      box(
        'minf',
        box('stbl', box('stsd', Buffer.alloc(8), ...entries.map((type) => box(type, Buffer.alloc(28))))),
      ),
    );
  const header = (id: number) => box('tkhd', Buffer.alloc(12), bytes(0, 0, 0, id), Buffer.alloc(60));
  const longHeader = (id: number) =>
    box('tkhd', bytes(1), Buffer.alloc(19), bytes(0, 0, 0, id), Buffer.alloc(60));
  const film = (...tracks: Buffer[]) =>
    Buffer.concat([box('ftyp', Buffer.alloc(8)), box('moov', box('mvhd'), ...tracks)]);
  const find = (file: Buffer) => encryptedMp4Tracks(readerOf(file), file.length);

  const table: [name: string, file: Buffer, ids: number[]][] = [
    [
      'no track of a plain film',
      film(box('trak', header(1), description('avc1')), box('trak', header(2), description('mp4a'))),
      [],
    ],
    [
      'the encrypted track',
      film(box('trak', header(1), description('avc1')), box('trak', header(7), description('enca'))),
      [7],
    ],
    [
      'both tracks',
      film(box('trak', header(1), description('encv')), box('trak', header(2), description('enca'))),
      [1, 2],
    ],
    ['a track with FairPlay', film(box('trak', header(3), description('drms'))), [3]],
    ['a track whose header has 64-bit times', film(box('trak', longHeader(4), description('enca'))), [4]],
    ['a track that is clear at first', film(box('trak', header(2), description('mp4a', 'enca'))), [2]],
    ['a track whose header comes last', film(box('trak', description('enca'), header(5))), [5]],
    [
      'no track of a file that ends early',
      film(box('trak', header(1), description('enca'))).subarray(0, 150),
      [],
    ],
    ['no track of an empty file', Buffer.alloc(0), []],
    ['no track of zeros', Buffer.alloc(4000), []],
  ];
  for (const [name, file, ids] of table) {
    it(`finds ${name}`, async () => assert.deepEqual([...(await find(file))], ids));
  }

  it('reads a box with a 64-bit size', async () => {
    const media = Buffer.concat([
      bytes(0, 0, 0, 1),
      Buffer.from('mdat'),
      bytes(0, 0, 0, 0, 0, 0, 0, 24),
      Buffer.alloc(8),
    ]);
    assert.deepEqual(
      [...(await find(Buffer.concat([media, film(box('trak', header(2), description('enca')))])))],
      [2],
    );
  });

  it('stops reading a file of a million boxes', async () => {
    let reads = 0;
    const read = async (_: number, length: number) => {
      reads += 1;
      return box('free').subarray(0, length);
    };
    await encryptedMp4Tracks(read, 8_000_000);
    assert.ok(reads <= 20_001, `${reads} reads`);
  });
});

describe('matroskaAudioTracks', () => {
  const element = (id: number[], content: Buffer) =>
    Buffer.concat([bytes(...id, 0x40 | (content.length >> 8), content.length & 255), content]);
  const entry = (codec: string, ...fields: Buffer[]) =>
    element(
      [0xae],
      Buffer.concat([element([0x83], bytes(2)), element([0x86], Buffer.from(codec)), ...fields]),
    );
  const encryption = (type: number) =>
    element([0x6d, 0x80], element([0x62, 0x40], element([0x50, 0x33], bytes(type))));
  const picture = element(
    [0xae],
    Buffer.concat([element([0x83], bytes(1)), element([0x86], Buffer.from('V_VP9'))]),
  );
  const ebml = element([0x1a, 0x45, 0xdf, 0xa3], Buffer.alloc(10));
  const segment = (...content: Buffer[]) =>
    Buffer.concat([ebml, bytes(0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255), ...content]);
  const tracks = (...entries: Buffer[]) => element([0x16, 0x54, 0xae, 0x6b], Buffer.concat(entries));
  const cluster = element([0x1f, 0x43, 0xb6, 0x75], Buffer.alloc(20));
  const find = (file: Buffer) => matroskaAudioTracks(readerOf(file));
  const plain = { isEnabled: true, isEncrypted: false };

  it('reads codec, enabled and encrypted tracks, and leaves out the picture', async () => {
    const list = tracks(
      picture,
      entry('A_AAC'),
      entry('A_OPUS', element([0xb9], bytes(0))),
      entry('A_AC3', element([0xb9], bytes(1)), encryption(1)),
      entry('A_DTS', encryption(0)),
    );
    assert.deepEqual(await find(segment(element([0xec], Buffer.alloc(50)), list, cluster)), [
      { codecId: 'A_AAC', ...plain },
      { codecId: 'A_OPUS', ...plain, isEnabled: false },
      { codecId: 'A_AC3', ...plain, isEncrypted: true },
      { codecId: 'A_DTS', ...plain },
    ]);
  });

  it('reads the tracks of a live recording, whose segment has no size', async () => {
    const live = Buffer.concat([ebml, bytes(0x18, 0x53, 0x80, 0x67, 0xff), tracks(entry('A_OPUS')), cluster]);
    assert.deepEqual(await find(live), [{ codecId: 'A_OPUS', ...plain }]);
  });

  const nothing: [name: string, file: Buffer][] = [
    ['without tracks before the first cluster', segment(cluster, tracks(entry('A_AAC')))],
    ['that is empty', Buffer.alloc(0)],
    ['of zeros', Buffer.alloc(4000)],
    ['that ends in a header', segment(tracks(entry('A_AAC'))).subarray(0, 20)],
    ['of elements without a size', Buffer.alloc(100_000, 0xff)],
  ];
  for (const [name, file] of nothing) {
    it(`finds nothing in a file ${name}`, async () => assert.deepEqual(await find(file), []));
  }
});

describe('scrambledStreams', () => {
  const packet = (pid: number, control: number, size = 188) =>
    Buffer.concat([bytes(0x47, pid >> 8, pid & 255, control), Buffer.alloc(size - 4, 1)]);
  const stream = (size: number, offset: number, controls: Record<number, number>) => {
    const packets = Object.entries(controls).map(([pid, control]) => packet(Number(pid), control, size));
    return Buffer.concat([
      Buffer.alloc(offset, 2),
      ...Array.from({ length: 30 }, () => Buffer.concat(packets)),
    ]);
  };
  const find = async (file: Buffer) => [...(await scrambledStreams(readerOf(file)))];

  for (const size of [188, 192, 204]) {
    for (const offset of [0, 4, 100]) {
      it(`finds the PID in packets of ${size} bytes that begin at ${offset}`, async () => {
        assert.deepEqual(await find(stream(size, offset, { 256: 0x10, 257: 0x90, 258: 0xd0 })), [257, 258]);
      });
    }
  }

  it('does not count packets without payload', async () => {
    assert.deepEqual(await find(stream(188, 0, { 256: 0x10, 257: 0xa0 })), []);
  });

  it('takes a stream for clear whose packets mostly are', async () => {
    const clear = stream(188, 0, { 257: 0x10 });
    assert.deepEqual(await find(Buffer.concat([clear, packet(257, 0x90), clear])), []);
  });

  it('finds nothing in noise', async () => assert.deepEqual(await find(Buffer.alloc(100_000, 0x12)), []));
});
