import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repoRoot = resolve(import.meta.dirname, '../..');

/** A fenced block of code. */
export interface CodeBlock {
  /** What stands behind the opening fence; empty for a block without a language. */
  language: string;
  text: string;
  /** The text of the heading above it; empty where there is none. */
  heading: string;
}

/** A Markdown file of the project, as far as the tests of the documents need it. */
export interface Markdown {
  /** Relative to the repository. */
  path: string;
  lines: string[];
  /** The texts of its headings. */
  headings: string[];
  blocks: CodeBlock[];
  /** The lines outside of blocks, with the heading above each. */
  prose: { line: string; heading: string }[];
}

/** Paths of all Markdown files of the project, relative to the repository. */
export const markdownFiles = (): string[] =>
  globSync('**/*.md', { cwd: repoRoot, exclude: ['**/node_modules/**', '.data/**', '.git/**'] }).sort();

export const readMarkdown = (path: string): Markdown =>
  parseMarkdown(path, readFileSync(join(repoRoot, path), 'utf8'));

export function parseMarkdown(path: string, text: string): Markdown {
  const lines = text.split('\n');
  const found: Markdown = { path, lines, headings: [], blocks: [], prose: [] };
  let block: { language: string; lines: string[] } | undefined;
  let heading = '';
  for (const line of lines) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence && block) {
      found.blocks.push({ language: block.language, text: block.lines.join('\n'), heading });
      block = undefined;
    } else if (fence) {
      block = { language: fence[1]?.trim() ?? '', lines: [] };
    } else if (block) {
      block.lines.push(line);
    } else {
      const title = /^#{1,6} +(.*?)\s*$/.exec(line)?.[1];
      if (title !== undefined) {
        heading = title;
        found.headings.push(title);
      }
      found.prose.push({ line, heading });
    }
  }
  if (block) throw new Error(`${path}: a block of code is not closed`);
  return found;
}

/** The anchors by which GitHub lets links point to the headings of a file. */
export function anchorsOf({ headings }: Pick<Markdown, 'headings'>): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Targets of the links in the prose. What stands in backticks is no link. */
export const linksOf = ({ prose }: Markdown): string[] =>
  prose.flatMap(({ line }) =>
    [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? ''),
  );

/** Texts in backticks. */
export const inlineCode = ({ prose }: Markdown): string[] =>
  prose.flatMap(({ line }) => [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? ''));

/** The cells of the tables below a heading, without their header rows. */
export function tableRows({ prose }: Markdown, heading: string): string[][] {
  const lines = prose.filter((item) => item.heading === heading).map(({ line }) => line.trim());
  const isRule = (line: string | undefined) => line !== undefined && /^\|[-:| ]+\|$/.test(line);
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
