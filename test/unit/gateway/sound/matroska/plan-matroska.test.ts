import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bufferFile } from '../../../../../services/gateway/sound/buffered-file.ts';
import { childrenOf, type Element } from '../../../../../services/gateway/sound/matroska/ebml.ts';
import { ID } from '../../../../../services/gateway/sound/matroska/ids.ts';
import { planMatroska } from '../../../../../services/gateway/sound/matroska/plan-matroska.ts';
import { memoryFile } from '../../../../support/local-file.ts';
import {
  block,
  blockBytes,
  cluster,
  ebmlHeader,
  element,
  info,
  matroskaFilm,
  pictureEntry,
  seconds,
  soundEntry,
  trackEntry,
} from '../../../../support/matroska-film.ts';
import { randomBytes, randomNumbers } from '../../../../support/random.ts';

/** Returns the bytes of the smaller file, or undefined where the film is sent whole. */
async function plan(film: Uint8Array, track?: number | string): Promise<Buffer | undefined> {
  const file = memoryFile(film);
  const bytes = bufferFile(file, new AbortController().signal);
  const found = await planMatroska({ file, bytes }, { track });
  return found && Buffer.from(await found.file.read(0, found.file.size));
}

const contentOf = (bytes: Buffer, { start, end }: Element) =>
  bytes.subarray(start, Math.min(end, bytes.length));

/** The elements of the segment of a file. */
function segmentOf(file: Buffer): { bytes: Buffer; elements: Element[] } {
  const segment = childrenOf(file).find(({ id }) => id === ID.segment);
  assert.ok(segment);
  const bytes = contentOf(file, segment);
  return { bytes, elements: childrenOf(bytes) };
}

/** The tracks of the blocks in each cluster, such as `122`. */
function blocksOf(file: Buffer): string[] {
  const { bytes, elements } = segmentOf(file);
  return elements
    .filter(({ id }) => id === ID.cluster)
    .map((each) => {
      const content = contentOf(bytes, each);
      const blocks = childrenOf(content).filter(({ id }) => id === ID.simpleBlock);
      return blocks.map((one) => (contentOf(content, one)[0] ?? 0) - 0x80).join('');
    });
}

const tracks = (...entries: Buffer[]) => element(ID.tracks, entries);
const tags = element(ID.tags, [element(ID.tag, [element(ID.targets, [])])]);
/** A `SeekHead` of one entry. @param position of the element, from the start of the segment's content */
const seekHead = (id: number, position: number) =>
  element(ID.seekHead, [element(ID.seek, [element(ID.seekId, [id]), element(ID.seekPosition, [position])])]);
/** A film with an element behind its clusters, of which the `SeekHead` says where it is. */
function withElementBehind(behind: Buffer, shift = 0): Buffer {
  const parts = [info(), tracks(pictureEntry, soundEntry), ...seconds(2)];
  const length = parts.reduce((sum, { length }) => sum + length, seekHead(ID.tags, 0).length);
  return matroskaFilm({ front: [seekHead(ID.tags, length + shift)], clusters: [...parts, behind] });
}

describe('planMatroska', () => {
  it('leaves out the picture, but for its start and for the last block of the film', async () => {
    const end = cluster(3000, [block(1), block(2, { time: 100 }), block(1, { time: 200 })]);
    const sent = await plan(matroskaFilm({ clusters: [...seconds(3), end] }));
    assert.ok(sent);
    const [first, ...others] = blocksOf(sent);
    assert.equal(first, `${'12'.repeat(24)}2`);
    assert.deepEqual(others, ['2'.repeat(25), '2'.repeat(25), '21']);
  });

  it('keeps headers, timestamps and blocks byte for byte', async () => {
    const film = matroskaFilm();
    const sent = await plan(film);
    assert.ok(sent);
    const [before, after] = [segmentOf(film), segmentOf(sent)];
    for (const place of [0, 1]) {
      const [one, other] = [before.elements[place], after.elements[place]];
      assert.ok(one && other);
      assert.deepEqual(contentOf(after.bytes, other), contentOf(before.bytes, one));
    }
    assert.ok(sent.includes(block(2, { time: 960 })));
    const times = after.elements
      .filter(({ id }) => id === ID.cluster)
      .map((each) => contentOf(after.bytes, each).readUInt32BE(5));
    assert.deepEqual(times, [0, 1000, 2000]);
  });

  it('keeps the picture until the sound begins', async () => {
    const picture = cluster(
      0,
      Array.from({ length: 60 }, (_, place) => block(1, { time: place * 40 })),
    );
    const sound = cluster(2400, [block(2), block(2), block(1), block(2)]);
    assert.deepEqual(
      blocksOf((await plan(matroskaFilm({ clusters: [picture, sound] }))) ?? Buffer.alloc(0)),
      ['1'.repeat(60), '222'],
    );
  });

  for (const [rate, kept] of [
    [50, 301],
    [10, 200],
  ] as const) {
    it(`keeps ${kept} blocks of a picture of ${rate} a second before late sound`, async () => {
      const second = Array.from({ length: rate }, (_, place) => block(1, { time: (place * 1000) / rate }));
      const pictures = Array.from({ length: 30 }, (_, number) => cluster(number * 1000, second));
      const sent = await plan(
        matroskaFilm({ clusters: [...pictures, cluster(30_000, [block(2), block(2)])] }),
      );
      assert.equal(
        blocksOf(sent ?? Buffer.alloc(0))
          .join('')
          .lastIndexOf('1') + 1,
        kept,
      );
    });
  }

  it('does not take a jump of the clock for the length of a picture', async () => {
    const second = Array.from({ length: 50 }, (_, place) => block(1, { time: place * 20 }));
    const pictures = [0, 1, 100, 101, 300].map((time) => cluster(time * 1000, second));
    const sent = await plan(
      matroskaFilm({ clusters: [...pictures, cluster(301_000, [block(2), block(2)])] }),
    );
    assert.equal(blocksOf(sent ?? Buffer.alloc(0)).join(''), `${'1'.repeat(250)}22`);
  });

  it('leaves out clusters without sound', async () => {
    const sent = await plan(
      matroskaFilm({ clusters: [...seconds(1), cluster(1000, [block(1)]), ...seconds(1)] }),
    );
    assert.equal(blocksOf(sent ?? Buffer.alloc(0)).length, 2);
  });

  it('leaves out positions and checksums', async () => {
    const dropped = [element(ID.void, ['void']), element(ID.cues, []), element(ID.crc, ['1234'])];
    const content = [
      element(ID.position, [7]),
      element(ID.previousSize, [8]),
      block(2),
      element(ID.void, ['x']),
    ];
    const clusters = [...seconds(1), ...dropped, cluster(1000, content)];
    const sent = await plan(
      matroskaFilm({ front: [...dropped, info(), tracks(pictureEntry, soundEntry)], clusters }),
    );
    assert.ok(sent);
    assert.deepEqual(
      segmentOf(sent).elements.map(({ id }) => id),
      [ID.info, ID.tracks, ID.cluster, ID.cluster],
    );
    assert.ok(sent.subarray(-block(2).length).equals(block(2)));
  });

  it('reads clusters and a segment of unknown size', async () => {
    const recording = seconds(3).map((each) => element(ID.cluster, [each.subarray(8)], 'unknown'));
    const sent = await plan(matroskaFilm({ clusters: recording, size: 'unknown' }));
    assert.ok(sent);
    assert.equal(sent.readUInt32BE(ebmlHeader().length + 4), 0x1fffffff);
    const sized = Buffer.from(sent);
    sized.writeUInt32BE(0x10000000 + sent.length - ebmlHeader().length - 8, ebmlHeader().length + 4);
    assert.deepEqual(blocksOf(sized).slice(1), ['2'.repeat(25), `${'2'.repeat(24)}2`]);
  });

  it('moves tags in front of the clusters where the film says that they are behind', async () => {
    const sent = await plan(withElementBehind(tags));
    assert.ok(sent);
    const { bytes, elements } = segmentOf(sent);
    assert.deepEqual(
      elements.map(({ id }) => id),
      [ID.info, ID.tracks, ID.tags, ID.cluster, ID.cluster],
    );
    const [, , moved] = elements;
    assert.ok(moved && contentOf(bytes, moved).equals(tags.subarray(8)));
  });

  it('skips a track without sound, as the server does', async () => {
    const front = [info(), tracks(pictureEntry, trackEntry(3, 2, 'A_OPUS'), soundEntry)];
    const file = memoryFile(matroskaFilm({ front, clusters: seconds(9) }));
    const found = await planMatroska(
      { file, bytes: bufferFile(file, new AbortController().signal) },
      { track: undefined },
    );
    assert.equal(found?.track, 2);
  });

  const laced = (lacing: number, ...bytes: number[]) =>
    cluster(9000, [block(1, { flags: lacing, content: Buffer.from(bytes) })]);
  const lacings: [name: string, cluster: Buffer, isPlanned: boolean][] = [
    ['Xiph lacing', laced(0x02, 1, 2, 1, 1, 1, 1), true],
    ['Xiph lacing that exceeds its block', laced(0x02, 1, 9, 1, 1), false],
    ['lacing of frames of one size', laced(0x04, 1, 1, 1, 2, 2), true],
    ['lacing of frames of one size that are not', laced(0x04, 1, 1, 1, 2), false],
    ['EBML lacing', laced(0x06, 2, 0x82, 0xbf, 1, 1, 2, 2, 3), true],
    ['EBML lacing that exceeds its block', laced(0x06, 2, 0x88, 0xbf, 1, 1), false],
    ['EBML lacing of a negative size', laced(0x06, 2, 0x81, 0x80, 1, 1), false],
    ['lacing without any frame', laced(0x02), false],
  ];
  for (const [name, last, isPlanned] of lacings) {
    it(`${isPlanned ? 'takes' : 'is not certain of'} ${name} in a block that is left out`, async () => {
      const clusters = [...seconds(1), last, cluster(10_000, [block(2)])];
      assert.equal((await plan(matroskaFilm({ clusters }))) !== undefined, isPlanned);
    });
  }

  const group = (...content: Buffer[]) => cluster(9000, [element(ID.blockGroup, content)]);
  const groups: [name: string, cluster: Buffer, isPlanned: boolean][] = [
    ['a group', group(element(ID.block, [blockBytes(1)]), element(ID.reference, ['x'])), true],
    [
      'a group with additions',
      group(
        element(ID.block, [blockBytes(1)]),
        element(ID.blockAdditions, [element(ID.blockMore, [element(ID.blockAdditional, ['a'])])]),
      ),
      true,
    ],
    ['a group without a block', group(element(ID.blockDuration, [1])), false],
    [
      'a group of two blocks',
      group(element(ID.block, [blockBytes(1)]), element(ID.block, [blockBytes(1)])),
      false,
    ],
    [
      'a group with an unknown element',
      group(element(ID.block, [blockBytes(1)]), element(0x4fff, [])),
      false,
    ],
    [
      'a group whose number is too long',
      group(element(ID.block, [blockBytes(1)]), element(ID.blockDuration, ['123456789'])),
      false,
    ],
  ];
  for (const [name, last, isPlanned] of groups) {
    it(`${isPlanned ? 'takes' : 'is not certain of'} ${name} that is left out`, async () => {
      const clusters = [...seconds(1), last, cluster(10_000, [block(2)])];
      assert.equal((await plan(matroskaFilm({ clusters }))) !== undefined, isPlanned);
    });
  }

  const encoding = (...fields: Buffer[]) =>
    element(ID.contentEncodings, [element(ID.contentEncoding, fields)]);
  const encrypted = encoding(element(ID.contentEncodingType, [1]));
  const compressed = (algorithm: number) =>
    encoding(element(ID.contentCompression, [element(ID.compressionAlgorithm, [algorithm])]));
  const renamed = element(ID.tags, [
    element(ID.tag, [
      element(ID.targets, [element(ID.targetTrack, [5])]),
      element(ID.simpleTag, [element(ID.tagName, ['TITLE'])]),
    ]),
  ]);
  const withTracks = (...entries: Buffer[]) => matroskaFilm({ front: [info(), tracks(...entries)] });
  const withCluster = (...content: Buffer[]) =>
    matroskaFilm({ clusters: [...seconds(1), cluster(1000, content)] });
  const uncertain: [name: string, film: Buffer][] = [
    ['a film that was cut', matroskaFilm().subarray(0, -1)],
    [
      'a film that was cut between two clusters',
      matroskaFilm().subarray(0, matroskaFilm({ clusters: seconds(2) }).length),
    ],
    ['a live recording that was cut', matroskaFilm({ size: 'unknown' }).subarray(0, -1)],
    ['two segments', Buffer.concat([matroskaFilm(), matroskaFilm().subarray(ebmlHeader().length)])],
    ['a film without a cluster', matroskaFilm({ clusters: [] })],
    [
      'garbage between clusters',
      matroskaFilm({ clusters: [...seconds(1), Buffer.from('garbage'), ...seconds(1)] }),
    ],
    [
      'tags behind the clusters of which the film does not say where they are',
      matroskaFilm({ clusters: [...seconds(1), tags] }),
    ],
    [
      'damaged tags behind the clusters',
      withElementBehind(element(ID.tags, [element(ID.tag, [], 9), Buffer.alloc(4)])),
    ],
    ['positions that lead nowhere', withElementBehind(tags, 1)],
    ['identifiers of more than four bytes', matroskaFilm({ ebml: ebmlHeader(element(ID.maxIdLength, [5])) })],
    ['another type of document', matroskaFilm({ ebml: element(ID.ebml, [element(ID.docType, ['other'])]) })],
    ['two headers', matroskaFilm({ front: [info(), info(), tracks(pictureEntry, soundEntry)] })],
    [
      'a film without a length whose picture may have a bit rate',
      matroskaFilm({ front: [info(0), tracks(trackEntry(1, 1, 'V_MPEG2'), soundEntry)] }),
    ],
    [
      'sound without a length',
      matroskaFilm({ front: [info(0), tracks(soundEntry, trackEntry(1, 2, 'A_OPUS'))] }),
    ],
    ['an encrypted picture', withTracks(trackEntry(1, 1, 'V_VP8', encrypted), soundEntry)],
    ['encrypted sound', withTracks(pictureEntry, trackEntry(2, 2, 'A_OPUS', encrypted))],
    ['a compressed picture', withTracks(trackEntry(1, 1, 'V_VP8', compressed(0)), soundEntry)],
    ['a picture whose blocks ffmpeg reads', withTracks(trackEntry(1, 1, 'V_PRORES'), soundEntry)],
    ['sound in another codec', withTracks(pictureEntry, trackEntry(2, 2, 'A_REAL/COOK'))],
    ['a better track in another codec', withTracks(trackEntry(1, 2, 'A_REAL/COOK'), soundEntry)],
    ['a track of an unknown type', withTracks(pictureEntry, soundEntry, trackEntry(3, 99, 'X'))],
    ['two tracks of one number', withTracks(pictureEntry, soundEntry, soundEntry)],
    [
      'a tag that renames a track',
      matroskaFilm({ front: [info(), tracks(trackEntry(1, 2, 'A_OPUS'), soundEntry), renamed] }),
    ],
    ['a block of no track', withCluster(block(2), block(3))],
    ['a block that is too short', withCluster(element(ID.simpleBlock, ['\x81']), block(2))],
    ['an encrypted block', withCluster(element(0xaf, ['x']), block(2))],
    [
      'a block that exceeds its cluster',
      matroskaFilm({ clusters: [...seconds(1), cluster(0, [element(ID.simpleBlock, [blockBytes(1)], 99)])] }),
    ],
    ['a cluster without a timestamp', matroskaFilm({ clusters: [element(ID.cluster, [block(2)])] })],
    ['a second timestamp', withCluster(block(2), element(ID.timestamp, [1]))],
  ];
  for (const [name, film] of uncertain) {
    it(`is not certain of ${name}`, async () => {
      assert.equal(await plan(film), undefined);
    });
  }

  it('takes a picture whose blocks lack a common start, which is no real compression', async () => {
    assert.ok(await plan(withTracks(trackEntry(1, 1, 'V_VP8', compressed(3)), soundEntry)));
  });

  it('never fails, whatever the bytes are, and reads a film about once', async () => {
    const random = randomNumbers(3);
    const original = matroskaFilm();
    for (let count = 0; count < 500; count++) {
      const film =
        count % 5 === 0 ? Buffer.concat([ebmlHeader(), randomBytes(1000, count)]) : Buffer.from(original);
      for (let each = 0; each < 3; each++) film[random(film.length)] = random(256);
      let bytesRead = 0;
      const file = {
        size: film.length,
        read: async (start: number, end: number) => {
          assert.ok(start >= 0 && start < end && end <= film.length);
          bytesRead += end - start;
          return new Uint8Array(film.subarray(start, end));
        },
      };
      await planMatroska(
        { file, bytes: bufferFile(file, new AbortController().signal) },
        { track: undefined },
      );
      assert.ok(bytesRead <= 10 * film.length);
    }
  });

  it('throws the reason of its signal', async () => {
    const file = memoryFile(matroskaFilm());
    const reason = new Error('enough');
    const planning = planMatroska(
      { file, bytes: bufferFile(file, AbortSignal.abort(reason)) },
      { track: undefined },
    );
    await assert.rejects(planning, reason);
  });

  it('throws what reading the file throws', async () => {
    const failure = new Error('the disk is gone');
    const file = { size: 1000, read: () => Promise.reject(failure) };
    const planning = planMatroska(
      { file, bytes: bufferFile(file, new AbortController().signal) },
      { track: undefined },
    );
    await assert.rejects(planning, failure);
  });
});
