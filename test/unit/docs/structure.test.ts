import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as generations from '../../../services/shared/jobs/generations.ts';
import * as transitions from '../../../services/shared/jobs/transitions.ts';
import { markdownFiles, readMarkdown, repoRoot, tableRows } from '../../support/markdown.ts';

describe('README.md', () => {
  it('has at most 150 lines', () => {
    assert.ok(readMarkdown('README.md').lines.length <= 150);
  });

  it('begins with what the system is, with a picture, before how to run it', () => {
    const { blocks, headings } = readMarkdown('README.md');
    assert.equal(blocks[0]?.language, 'mermaid');
    assert.equal(blocks[0]?.heading, headings[0]);
  });
});

describe('diagrams in documents', () => {
  for (const path of markdownFiles()) {
    const { blocks } = readMarkdown(path);

    it(`${path} draws with Mermaid, not with characters`, () => {
      const drawn = blocks.filter(
        ({ language, text }) => language !== 'mermaid' && /[\u2500-\u257f]/.test(text),
      );
      assert.deepEqual(drawn, []);
    });

    it(`${path} uses kinds of diagrams that GitHub renders`, () => {
      for (const { text } of blocks.filter(({ language }) => language === 'mermaid'))
        assert.match(text, /^(flowchart (LR|TB)|sequenceDiagram|stateDiagram-v2)\n/);
    });
  }
});

describe('docs/architecture.md', () => {
  const file = readMarkdown('docs/architecture.md');
  const documented = tableRows(file, 'Keys of the state store').map(
    ([key]) => /^`([\w<>-]+)/.exec(key ?? '')?.[1] ?? '',
  );

  it('describes every room of the services', () => {
    const rooms = globSync('services/{gateway,converter,shared}/*/', { cwd: repoRoot }).map((room) =>
      room.replace(/\/?$/, '/'),
    );
    const described = tableRows(file, 'Rooms').map(([room]) => room?.replaceAll('`', ''));
    assert.deepEqual(
      rooms.filter((room) => !described.includes(room)),
      [],
    );
  });

  it('labels the states of a job with the transitions of the code', () => {
    const diagram = file.blocks.find(({ text }) => text.startsWith('stateDiagram-v2'))?.text ?? '';
    const labels = [...diagram.matchAll(/: (\w+)$/gm)].map(([, label]) => label);
    /** Not changes of the status. */
    const others = ['renewUpload', 'updateAttempt', 'rename'];
    const changes = Object.keys({ ...transitions, ...generations }).filter((name) => !others.includes(name));
    assert.deepEqual([...new Set(labels)].sort(), changes.sort());
  });

  it('lists the keys of the store that the code has', () => {
    const folders = '{shared/blobs,shared/jobs,shared/state,shared/contract,gateway,notification,converter}';
    // What the page keeps in a browser is in no store of ours.
    const exclude = ['services/gateway/page/**'];
    const files = globSync(`services/${folders}/**/*.ts`, { cwd: repoRoot, exclude });
    const source = files.map((file) => readFileSync(join(repoRoot, file), 'utf8')).join('\n');
    const patterns = [
      // A key that is made of a name and an id.
      /`([a-z-]+):\$\{(?!digit)/g,
      // A key without an id.
      /const KEY = '([a-z-]+)/g,
      /createShardedMap<[^(]*\(state, '([a-z-]+)'/g,
    ];
    const keys = patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name));
    assert.deepEqual(
      [...new Set(keys)].sort(),
      [...new Set(documented)].filter((name) => name !== '<index>').sort(),
    );
  });
});

describe('docs/decisions/README.md', () => {
  it('lists every decision', () => {
    const index = readMarkdown('docs/decisions/README.md').lines.join('\n');
    const pages = globSync('docs/decisions/*.md', { cwd: repoRoot }).map(
      (path) => path.split('/').at(-1) ?? '',
    );
    assert.deepEqual(
      pages.filter((page) => page !== 'README.md' && !index.includes(`(${page})`)),
      [],
    );
  });
});
