import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { inlineCode, type Markdown, markdownFiles, readMarkdown, repoRoot } from '../../support/markdown.ts';

interface Command {
  script: string;
  /** Long options and bare words, which the script must know. */
  words: string[];
}

const { scripts } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The changelog may name commands that no longer exist. */
const files = markdownFiles().filter((path) => path !== 'CHANGELOG.md');

function commandsIn(file: Markdown): Command[] {
  const code = [...inlineCode(file), ...file.blocks.flatMap(({ text }) => text.split('\n'))];
  return code.flatMap((line) => {
    const found = line.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test))(?: -- ([^#;&|]*))?/g);
    return [...found].map(([, run, own, rest = '']) => ({
      script: run ?? own ?? '',
      words: rest
        .replace(/'[^']*'/g, 'VALUE')
        .split(/\s+/)
        .filter((word, index, all) => {
          const isValue = all[index - 1]?.startsWith('-') ?? false;
          return /^--[a-z][\w-]*/.test(word) || (!isValue && /^[a-z]+$/.test(word));
        }),
    }));
  });
}

/** The text of the program that a script runs and of the files that it imports. They contain its help and its options. */
function sourcesOf(script: string): string {
  const entry = scripts[script]?.split(' ').find((word) => word.endsWith('.ts'));
  if (entry === undefined) return '';
  const text = readFileSync(join(repoRoot, entry), 'utf8');
  const imports = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => join(dirname(entry), path ?? ''));
  return [text, ...imports.map((path) => readFileSync(join(repoRoot, path), 'utf8'))].join('\n');
}

function knows(source: string, word: string): boolean {
  const [text = ''] = word.split('=');
  return text === '--help' || new RegExp(`(^|[^\\w-])${text}($|[^\\w-])`, 'm').test(source);
}

describe('commands in documents', () => {
  for (const path of files) {
    it(`${path} names only npm scripts, options and words that exist`, () => {
      const faults = commandsIn(readMarkdown(path)).flatMap(({ script, words }) => {
        if (scripts[script] === undefined) return [`npm run ${script}`];
        const source = sourcesOf(script);
        return words.filter((word) => !knows(source, word)).map((word) => `npm run ${script} -- ${word}`);
      });
      assert.deepEqual(faults, []);
    });
  }

  it('cover every npm script', () => {
    const documented = new Set(files.flatMap((path) => commandsIn(readMarkdown(path))).map((c) => c.script));
    assert.deepEqual(
      Object.keys(scripts).filter((script) => !documented.has(script)),
      [],
    );
  });
});

describe('environment variables in documents', () => {
  const NAME = /\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b/g;
  const folders = '{services,components,deploy,test,tilt}/**/*.{ts,yaml,mjs,star,py}';
  const code = [...globSync(folders, { cwd: repoRoot }), 'dapr.yaml'];
  const known = new Set(code.flatMap((file) => readFileSync(join(repoRoot, file), 'utf8').match(NAME) ?? []));
  /** Those of other programs. */
  const FOREIGN = ['DOCKER_DEFAULT_PLATFORM', 'MARIADB_AUTO_UPGRADE'];

  for (const path of files) {
    it(`${path} names only variables that something reads`, () => {
      const named = inlineCode(readMarkdown(path)).flatMap((text) => text.match(NAME) ?? []);
      assert.deepEqual(
        named.filter((name) => !known.has(name) && !FOREIGN.includes(name)),
        [],
      );
    });
  }
});

describe('CONTRIBUTING.md', () => {
  it('searches for a word that is in the title of a test', () => {
    const word = /--grep (\w+)/.exec(readMarkdown('CONTRIBUTING.md').lines.join('\n'))?.[1] ?? '';
    const tests = globSync('test/unit/**/*.test.ts', { cwd: repoRoot });
    const title = new RegExp(`\\b(describe|it|test)\\([\`'].*${word}`);
    assert.ok(tests.some((file) => title.test(readFileSync(join(repoRoot, file), 'utf8'))));
  });

  it('leads to the first green test in five commands', () => {
    const block = readMarkdown('CONTRIBUTING.md').blocks[0];
    assert.equal(block?.text.split('\n').length, 5);
  });
});
