import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inlineCode, readMarkdown, repoRoot } from '../../support/markdown.ts';

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. They are its first ones. */
const SECTIONS: Record<string, number> = {
  '1.1': 2,
  '1.2': 9,
  '1.3': 11,
  '1.4': 3,
  '1.5': 2,
  '2.1': 3,
  '2.2': 3,
  '2.3': 4,
  '2.4': 1,
  '3.2': 2,
  '3.3': 4,
  '3.4': 6,
  '3.5': 5,
  '3.7': 2,
  '4.1': 3,
  '4.2': 1,
  '4.3': 2,
  '4.4': 4,
  '5.1': 1,
  '5.2': 3,
  '5.3': 2,
  '5.4': 3,
  '6.1': 3,
  '6.2': 12,
  '6.3': 4,
  '6.4': 4,
  '6.5': 5,
  '6.6': 3,
  '6.8': 4,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 2,
  '7.6': 2,
  '8.1': 2,
  '8.2': 3,
  '8.3': 1,
  '8.4': 1,
  '9.1': 3,
  '9.2': 4,
  '10.1': 2,
  '10.2': 2,
  '10.3': 4,
  '10.4': 11,
  '10.5': 5,
  '10.6': 2,
  '10.7': 3,
  '11.1': 2,
  '11.2': 3,
  '11.3': 3,
  '11.4': 4,
  '11.5': 1,
  '11.6': 1,
  '12.1': 3,
  '12.2': 2,
  '12.3': 4,
  '13.1': 1,
  '13.2': 5,
  '13.3': 2,
  '13.4': 5,
  '14.1': 2,
  '14.2': 4,
  '14.3': 3,
  '15.1': 3,
  '15.2': 3,
  '15.3': 7,
  '16.1': 1,
  '16.2': 5,
  '16.3': 4,
  '16.4': 3,
  '16.5': 3,
  '17.1': 1,
  '17.2': 4,
  '17.3': 2,
};
const MARKS = ['yes', 'partly', 'no', 'n/a'];

const file = readMarkdown('docs/asvs.md');
const rows = file.lines
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, ids = '', mark = '', why = '']) => ({ ids: ids.split(', '), mark, why }));

describe('docs/asvs.md', () => {
  it('has each requirement of levels 1 and 2 once', () => {
    const wanted = Object.entries(SECTIONS).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
    );
    assert.equal(wanted.length, 253);
    assert.deepEqual(rows.flatMap(({ ids }) => ids).sort(), wanted.sort());
  });

  it('gives each of them a mark and a reason', () => {
    for (const { ids, mark, why } of rows) {
      assert.ok(MARKS.includes(mark), `${ids}: ${mark}`);
      assert.ok(why.length > 5, ids.join());
    }
  });

  it('names only files that exist', () => {
    const paths = inlineCode(file).filter((text) =>
      /^(services|test|docs|deploy|components)\/|^[\w-]+\.(md|json)$/.test(text),
    );
    assert.ok(paths.length > 100, `${paths.length} paths`);
    const missing = paths.filter((path) => !existsSync(join(repoRoot, path)));
    assert.deepEqual(missing, []);
  });
});
