import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { anchorsOf, linksOf, markdownFiles, readMarkdown, repoRoot } from '../../support/markdown.ts';

const isExternal = (target: string): boolean => /^[a-z]+:/.test(target);

/** Says what is wrong with a link, or returns undefined. */
function faultOf(from: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURI(target).split('#');
  const file = path === '' ? from : relative(repoRoot, join(repoRoot, dirname(from), path));
  if (file.startsWith('..')) return `${target} leaves the repository`;
  if (!existsSync(join(repoRoot, file))) return `${target} does not exist`;
  if (anchor === undefined) return undefined;
  if (!file.endsWith('.md') || statSync(join(repoRoot, file)).isDirectory())
    return `${target} points into a file that has no headings`;
  return anchorsOf(readMarkdown(file)).has(anchor) ? undefined : `${target}: there is no such heading`;
}

describe('links in documents', () => {
  for (const path of markdownFiles()) {
    it(`${path} has only relative links that resolve, with their anchors`, () => {
      const targets = linksOf(readMarkdown(path)).filter((target) => !isExternal(target));
      const faults = targets.flatMap((target) => faultOf(path, target) ?? []);
      assert.deepEqual(faults, []);
    });
  }

  it('lead to every document from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const target of linksOf(readMarkdown(path))) {
        const [file = ''] = target.split('#');
        if (isExternal(target) || !file.endsWith('.md')) continue;
        reached.add(relative(repoRoot, join(repoRoot, dirname(path), file)));
      }
    }
    const lost = markdownFiles().filter((path) => !reached.has(path));
    assert.deepEqual(lost, []);
  });
});
