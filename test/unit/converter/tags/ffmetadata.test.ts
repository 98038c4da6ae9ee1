import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ffmetadata } from '../../../../services/converter/tags/ffmetadata.ts';
import { BoundedLines } from '../../../../services/converter/tags/probe-output.ts';
import { MAX_CHAPTERS } from '../../../../services/converter/tags/read-tags.ts';

/** Reads what ffmpeg would write, in pieces of this many bytes. */
function parse(text: string, pieceBytes: number) {
  const metadata = new Ffmetadata();
  const lines = new BoundedLines((line) => metadata.readLine(line));
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceBytes) lines.write(bytes.subarray(at, at + pieceBytes));
  lines.end();
  return { tags: metadata.tags(), chapters: metadata.chapters() };
}

describe('Ffmetadata', () => {
  const written = [
    ';FFMETADATA1',
    'title=\xcf\xf0 \\\\ \\= \\; \\# n',
    'a\\=b=c=d',
    '\\[CHAPTER]=x',
    'comment=one\\',
    'artist=no tag\\\\\\',
    '[CHAPTER]\\',
    '',
    'album=ends with a backslash\\\\',
    'genre=Folk',
    '__proto__=p',
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=-500\nEND=1500\ntitle=One\nSTART=7',
    '[CHAPTER]\nTIMEBASE=1001/30000\nSTART=30000',
    '',
  ].join('\n');
  for (const pieceBytes of [1, 2, 7, 10_000]) {
    it(`reads tags and chapters in pieces of ${pieceBytes} bytes`, () => {
      const { tags, chapters } = parse(written, pieceBytes);
      assert.deepEqual(Object.entries(tags), [
        ['title', '\xcf\xf0 \\ = ; # n'],
        ['a=b', 'c=d'],
        ['[CHAPTER]', 'x'],
        ['comment', 'one\nartist=no tag\\\n[CHAPTER]\n'],
        ['album', 'ends with a backslash\\'],
        ['genre', 'Folk'],
        ['__proto__', 'p'],
      ]);
      assert.deepEqual(chapters, [
        { start: -0.5, end: 1.5, title: 'One' },
        { start: 1001, end: Number.NaN },
      ]);
    });
  }

  it('keeps one chapter more than allowed, and a bounded number of tags of a bounded length', () => {
    const many = Array.from({ length: 5000 }, (_, number) => `tag${number}=${number}`);
    const chapter = '[CHAPTER]\nTIMEBASE=1/1\nSTART=1\nEND=2\n';
    const long = `title=${'x\\\n'.repeat(1_000_000)}\n`;
    const { tags, chapters } = parse(`${long}${many.join('\n')}\n${chapter.repeat(5000)}`, 65_536);
    assert.equal(chapters.length, MAX_CHAPTERS + 1);
    assert.equal(Object.keys(tags).length, 1000);
    assert.ok((tags.title?.length ?? 0) <= 32 * 1024);
    assert.equal(tags.tag0, '0');
  });
});
