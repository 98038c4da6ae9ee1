import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeId3 } from '../../../../services/converter/tags/write-id3.ts';

interface Frame {
  id: string;
  body: Buffer;
}

/** Splits frames as the standard says: a name, the size in 32 bits, and two bytes of flags. @see ID3v2.3, 3.3 */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 10 + bytes.readUInt32BE(at + 4);
    assert.ok(end <= bytes.length, 'the frame ends within the tag');
    assert.equal(bytes.readUInt16BE(at + 8), 0);
    frames.push({ id: bytes.toString('latin1', at, at + 4), body: bytes.subarray(at + 10, end) });
    at = end;
  }
  return frames;
}

/** Returns the frames of a tag, whose size has 7 bits in each byte. @see ID3v2.3, 3.1 */
function parse(tag: Buffer): Frame[] {
  assert.equal(tag.toString('latin1', 0, 3), 'ID3');
  assert.deepEqual([...tag.subarray(3, 6)], [3, 0, 0]);
  const size = [...tag.subarray(6, 10)].reduce((sum, byte) => sum * 128 + byte, 0);
  assert.equal(size, tag.length - 10);
  return framesOf(tag.subarray(10));
}

/** UTF-16 with a byte order mark, as ID3v2.3 wants Unicode. */
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const textFrame = (id: string, text: string): Frame => ({
  id,
  body: Buffer.concat([Buffer.from([1]), utf16(text)]),
});
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

describe('writeId3', () => {
  it('writes nothing where there is nothing to say', () => {
    assert.equal(writeId3({ chapters: [] }).length, 0);
  });

  it('writes texts as UTF-16 with a byte order mark', () => {
    const tags = {
      title: 'Заголовок 👍',
      artist: 'A/B; C',
      album: '東京',
      track: '4/12',
      genre: 'Folk',
      chapters: [],
    };
    assert.deepEqual(parse(writeId3(tags)), [
      textFrame('TIT2', 'Заголовок 👍'),
      textFrame('TPE1', 'A/B; C'),
      textFrame('TALB', '東京'),
      textFrame('TRCK', '4/12'),
      textFrame('TCON', 'Folk'),
    ]);
  });

  it('writes a day as year and as day and month', () => {
    const frames = parse(writeId3({ date: '2020-05-06', chapters: [] }));
    assert.deepEqual(frames, [
      { id: 'TYER', body: Buffer.from('\x002020') },
      { id: 'TDAT', body: Buffer.from('\x000605') },
    ]);
    assert.deepEqual(parse(writeId3({ date: '1999', chapters: [] })), [
      { id: 'TYER', body: Buffer.from('\x001999') },
    ]);
  });

  it('writes a comment in no language', () => {
    const body = Buffer.concat([Buffer.from('\x01und'), utf16(''), Buffer.alloc(2), utf16('one\ntwo')]);
    assert.deepEqual(parse(writeId3({ comment: 'one\ntwo', chapters: [] })), [{ id: 'COMM', body }]);
  });

  it('doubles a parenthesis that would be a number of a genre', () => {
    assert.deepEqual(parse(writeId3({ genre: '(17)', chapters: [] })), [textFrame('TCON', '((17)')]);
  });

  it('writes the cover as front cover, byte for byte', () => {
    const bytes = Buffer.from('\xff\xd8\xff\xe0 picture \0\xff', 'latin1');
    const [frame] = parse(writeId3({ chapters: [] }, { bytes, type: 'image/jpeg' }));
    assert.deepEqual(frame, {
      id: 'APIC',
      body: Buffer.concat([Buffer.from('\0image/jpeg\0\x03\0'), bytes]),
    });
  });

  it('writes chapters in milliseconds, without byte offsets, and their table of contents', () => {
    const chapters = [
      { start: 0, end: 1.2345, title: 'Один' },
      { start: 1.2345, end: 60 },
    ];
    const none = Buffer.alloc(8, 0xff);
    const title = textFrame('TIT2', 'Один').body;
    const subframe = Buffer.concat([Buffer.from('TIT2'), u32(title.length), Buffer.alloc(2), title]);
    assert.deepEqual(parse(writeId3({ chapters })), [
      { id: 'CHAP', body: Buffer.concat([Buffer.from('ch0\0'), u32(0), u32(1235), none, subframe]) },
      { id: 'CHAP', body: Buffer.concat([Buffer.from('ch1\0'), u32(1235), u32(60_000), none]) },
      { id: 'CTOC', body: Buffer.from('toc\0\x03\x02ch0\0ch1\0') },
    ]);
  });

  for (const [count, tables] of [
    [255, 1],
    [256, 3],
    [2000, 9],
  ] as const) {
    it(`lists ${count} chapters in ${tables} table(s) of contents, since one has 255 entries at most`, () => {
      const chapters = Array.from({ length: count }, (_, start) => ({ start, end: start + 1, title: 'x' }));
      const frames = parse(writeId3({ chapters }));
      const contents = frames
        .filter(({ id }) => id === 'CTOC')
        .map(({ body }) => body.toString('latin1').split('\0'));
      assert.equal(contents.length, tables);
      const lists = contents.map(
        ([id = '', first = '', ...rest]) => [id, [first.slice(2), ...rest.slice(0, -1)]] as const,
      );
      const children = new Map(lists);
      const listed = (id: string): string[] => children.get(id)?.flatMap(listed) ?? [id];
      assert.deepEqual(
        listed('toc'),
        chapters.map((_, index) => `ch${index}`),
      );
      for (const [id = '', flags = ''] of contents) {
        assert.equal(flags.charCodeAt(0), id === 'toc' ? 3 : 1);
        assert.equal(flags.charCodeAt(1), children.get(id)?.length);
      }
    });
  }

  it('bounds times that do not fit into 32 bits', () => {
    const [chapter] = parse(writeId3({ chapters: [{ start: 0, end: 1e12 }] }));
    assert.equal(chapter?.body.readUInt32BE(8), 0xffff_fffe);
  });
});
