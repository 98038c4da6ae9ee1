import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorsOf, inlineCode, linksOf, parseMarkdown, tableRows } from '../../support/markdown.ts';

const SAMPLE = `# \`npm start\` & more

[one](a.md#b) and ![two](c.svg), not \`[three](d.md)\`

\`\`\`sh
# no heading
[four](e.md)
\`\`\`

## Twice
## Twice

| name | meaning |
|---|---|
| \`A\` | this \\| that |
`;

describe('parseMarkdown', () => {
  const file = parseMarkdown('sample.md', SAMPLE);

  it('makes anchors of headings as GitHub does', () => {
    assert.deepEqual([...anchorsOf(file)], ['npm-start--more', 'twice', 'twice-1']);
  });

  it('finds links outside of code', () => {
    assert.deepEqual(linksOf(file), ['a.md#b', 'c.svg']);
  });

  it('finds code in backticks', () => {
    assert.deepEqual(inlineCode(file), ['npm start', '[three](d.md)', 'A']);
  });

  it('finds blocks with the heading above them', () => {
    const text = '# no heading\n[four](e.md)';
    assert.deepEqual(file.blocks, [{ language: 'sh', text, heading: '`npm start` & more' }]);
  });

  it('finds the rows of a table', () => {
    assert.deepEqual(tableRows(file, 'Twice'), [['`A`', 'this \\| that']]);
  });

  it('refuses a block that is not closed', () => {
    assert.throws(() => parseMarkdown('sample.md', '```\nopen'), /not closed/);
  });
});
