import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { inlineCode, type Markdown, markdownFiles, readMarkdown, repoRoot } from '../../support/markdown.ts';

/** Made by the reader, or by a command. */
const NOT_IN_THE_TREE = [/^\.data\//, /^node_modules\//, /^deploy\/kubernetes\/overlays\/ours(\/|$)/];
/** Their paths are checked even when nothing of the folder is left. */
const FOLDERS = ['services', 'components', 'deploy', 'docs', 'test', 'tilt', '.ci', '.github', '.vscode'];

const exclude = ['**/node_modules/**', '.data/**', '.git/**'];
const names = new Set(globSync('**/*.*', { cwd: repoRoot, exclude }).map((file) => basename(file)));

const exists = (pattern: string, cwd: string): boolean => globSync(pattern, { cwd, exclude }).length > 0;

/** What looks like a path: no blanks, no scheme, no variables; with a slash, or with the ending of a script. */
function pathsIn(file: Markdown): string[] {
  const texts = [...inlineCode(file), ...file.blocks.flatMap(({ text }) => text.split(/[\s"'=]+/))];
  return texts
    .map((text) => text.replace(/^(\.\.?\/)+/, '').replace(/[,;:.)]+$/, ''))
    .filter((text) => /^[\w.<>*@-]+(\/[\w.<>*@-]*)*$/.test(text))
    .filter((text) => text.includes('/') || /\w\.(ts|star|mjs)$/.test(text));
}

function isMissing(path: string, file: Markdown): boolean {
  if (NOT_IN_THE_TREE.some((pattern) => pattern.test(path))) return false;
  const home = join(repoRoot, dirname(file.path));
  const pattern = path.replace(/<[^>]+>/g, '*').replace(/\/$/, '');
  if (exists(pattern, repoRoot) || exists(pattern, home)) return false;
  if (!path.includes('/')) return !names.has(path);
  const [first = ''] = path.split('/');
  return FOLDERS.includes(first) || readdirSync(home).includes(first);
}

/** Names of code that stand behind the path of their file, as in `file.ts` (`name`, `other`). */
function namesInFiles({ prose }: Markdown): [path: string, name: string][] {
  const text = prose.map(({ line }) => line.trim()).join(' ');
  return [...text.matchAll(/`([\w./-]+\.ts)` \(((?:`\w+`(?:, )?)+)\)/g)].flatMap(([, path = '', list = '']) =>
    [...list.matchAll(/\w+/g)].map(([name]): [string, string] => [path, name]),
  );
}

describe('paths in documents', () => {
  for (const path of markdownFiles()) {
    it(`${path} names only code that is in the named file`, () => {
      const missing = namesInFiles(readMarkdown(path)).filter(
        ([file, name]) => !new RegExp(`\\b${name}\\b`).test(readFileSync(join(repoRoot, file), 'utf8')),
      );
      assert.deepEqual(missing, []);
    });

    it(`${path} names only files and folders that exist`, () => {
      const file = readMarkdown(path);
      assert.deepEqual(
        pathsIn(file).filter((found) => isMissing(found, file)),
        [],
      );
    });
  }
});
