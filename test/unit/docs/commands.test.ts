import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { commands } from '../../../services/gateway/cli/commands/table.ts';
import { flagsOf } from '../../../services/gateway/cli/syntax/command.ts';
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

/** The long options and bare words of a command line. */
const wordsOf = (text: string): string[] =>
  text
    .replace(/'[^']*'/g, 'VALUE')
    .split(/\s+/)
    .filter((word, index, all) => {
      const isValue = all[index - 1]?.startsWith('-') ?? false;
      return /^--[a-z][\w-]*/.test(word) || (!isValue && /^[a-z]+$/.test(word));
    });

function commandsIn(file: Markdown): Command[] {
  const code = [...inlineCode(file), ...file.blocks.flatMap(({ text }) => text.split('\n'))];
  return code.flatMap((line) => {
    const found = line.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test))(?: -- ([^#;&|]*))?/g);
    return [...found].map(([, run, own, rest = '']) => ({
      script: run ?? own ?? '',
      words: wordsOf(rest),
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

/** The words after the name of a command of `mp3`. It knows its own flags alone. */
function faultsOfCommand(name: string, words: string[]): string[] {
  const command = commands.find((each) => each.name === name);
  if (!command) return [`mp3 ${name}`];
  const known = [
    ...flagsOf(command).map((flag) => `--${flag.name}`),
    ...command.synopsis.join(' ').split(/\W+/),
  ];
  const operands = command.operands === 'commands' ? commands.map((each) => each.name) : command.operands;
  return words
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => !known.includes(word) && !operands.includes(word))
    .map((word) => `mp3 ${name} ${word}`);
}

/** Words of npm scripts that are commands of `mp3`. */
function faultsOf({ script, words }: Command): string[] {
  if (script === 'mp3') return faultsOfCommand(words[0] ?? '', words.slice(1));
  if (script === 'convert' || script === 'failed') return faultsOfCommand(script, words);
  if (scripts[script] === undefined) return [`npm run ${script}`];
  const source = sourcesOf(script);
  return words.filter((word) => !knows(source, word)).map((word) => `npm run ${script} -- ${word}`);
}

/** Commands that begin with `mp3`, as a person who has installed it types them. */
const ownCommandsIn = (file: Markdown): Command[] =>
  [
    ...inlineCode(file),
    ...file.blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n')),
  ].flatMap((line) => {
    const [, rest] = /^mp3 ([a-z].*)$/.exec(line) ?? [];
    return rest === undefined ? [] : [{ script: 'mp3', words: wordsOf(rest.replace(/[#;&|>].*/, '')) }];
  });

function knows(source: string, word: string): boolean {
  const [text = ''] = word.split('=');
  return text === '--help' || new RegExp(`(^|[^\\w-])${text}($|[^\\w-])`, 'm').test(source);
}

describe('commands in documents', () => {
  for (const path of files) {
    it(`${path} names only npm scripts, options and words that exist`, () => {
      const file = readMarkdown(path);
      const faults = [...commandsIn(file), ...ownCommandsIn(file)].flatMap(faultsOf);
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
