import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundedLines, ProbeOutput } from '../../../../services/converter/tags/probe-output.ts';
import { MAX_CHAPTERS } from '../../../../services/converter/tags/read-tags.ts';

/** Reads what ffprobe would print, in pieces of this many bytes. */
function parse(text: string, pieceBytes = 7) {
  const output = new ProbeOutput();
  const lines = new BoundedLines((line) => output.readLine(line));
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceBytes) lines.write(bytes.subarray(at, at + pieceBytes));
  lines.end();
  return output.sourceTags(1);
}

describe('ProbeOutput', () => {
  it('reads streams, pictures, chapters and tags', () => {
    const printed = [
      '# ffprobe output',
      '',
      '[streams.stream.0]\nindex=0\ncodec_name=h264\ncodec_type=video\n[streams.stream.0.disposition]\nattached_pic=0',
      '[streams.stream.0.tags]\nENCODER=x264',
      '[streams.stream.1]\nindex=1\ncodec_name=aac\ncodec_type=audio\n[streams.stream.1.tags]\nlanguage=eng',
      '[streams.stream.2]\nindex=2\ncodec_name=png\ncodec_type=video\n[streams.stream.2.disposition]\nattached_pic=1',
      '[streams.stream.2.tags]\ncomment=Cover (front)',
      '[chapters.chapter.0]\nstart_time=0.000000\nend_time=1.500000\n[chapters.chapter.0.tags]\ntitle=One',
      '[chapters.chapter.1]\nstart_time=N/A\nend_time=nan',
      '[format]\nformat_name=mov,mp4\n[format.tags]\ntitle=\xcf\xf0',
    ].join('\n');
    assert.deepEqual(parse(printed), {
      formatName: 'mov,mp4',
      format: { title: '\xcf\xf0' },
      audio: { language: 'eng' },
      video: { ENCODER: 'x264' },
      chapters: [
        { start: 0, end: 1.5, title: 'One' },
        { start: Number.NaN, end: Number.NaN },
      ],
      pictures: [{ index: 2, codec: 'png', kind: 'Cover (front)' }],
      videoIndex: 0,
      videoCodec: 'h264',
    });
  });

  for (const [printed, value] of [
    [String.raw`a\=b\#c;d\\e`, 'a=b#c;d\\e'],
    [String.raw`one\ntwo\r\tthree\b\f`, 'one\ntwo\r\tthree\b\f'],
    [String.raw`\x0001\x001f`, '\x01\x1f'],
    [String.raw`\\n\\x0001`, '\\n\\x0001'],
    ['[format.tags]', '[format.tags]'],
  ] as const) {
    it(`reads the value ${printed}`, () => {
      assert.deepEqual(parse(`[format.tags]\ntitle=${printed}`).format, { title: value });
    });
  }

  it('reads a name with an equals sign, and one that is a property of every object', () => {
    const tags = parse('[format.tags]\na\\=b=c\n__proto__=d\nconstructor=e').format;
    assert.deepEqual(Object.entries(tags), [
      ['a=b', 'c'],
      ['__proto__', 'd'],
      ['constructor', 'e'],
    ]);
  });

  it('keeps a part of a line of 64 MB, and what comes after it', () => {
    const { format } = parse(`[format.tags]\ntitle=${'x'.repeat(64 * 1024 * 1024)}\nartist=A`, 65_536);
    assert.equal(format.artist, 'A');
    assert.ok((format.title ?? '').length < 40_000);
  });

  it('keeps one chapter of 100,000 more than an MP3 gets, and what comes after them', () => {
    const chapters = Array.from(
      { length: 100_000 },
      (_, number) =>
        `[chapters.chapter.${number}]\nstart_time=${number}\n[chapters.chapter.${number}.tags]\ntitle=x\n`,
    );
    const tags = parse(`${chapters.join('')}[format.tags]\ntitle=T`, 65_536);
    assert.equal(tags.chapters.length, MAX_CHAPTERS + 1);
    assert.deepEqual(tags.format, { title: 'T' });
  });

  it('finds nothing where ffprobe printed nothing', () => {
    assert.deepEqual(parse(''), {
      formatName: '',
      format: {},
      audio: {},
      video: {},
      chapters: [],
      pictures: [],
    });
  });
});
