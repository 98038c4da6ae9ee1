import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { inlineCode, type Markdown, markdownFiles, readMarkdown, repoRoot } from '../../support/markdown.ts';

/** kubectl's words for the kinds that documents name. */
const KINDS: Record<string, string> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  service: 'Service',
  job: 'Job',
  scaledobject: 'ScaledObject',
  hpa: 'HorizontalPodAutoscaler',
};

interface Manifest {
  kind?: string;
  metadata?: { name?: string };
  spec?: { volumeClaimTemplates?: { metadata: { name: string } }[] };
}

const texts = globSync('deploy/kubernetes/**/*.yaml', {
  cwd: repoRoot,
  exclude: ['**/overlays/ours/**'],
}).map((path) => readFileSync(join(repoRoot, path), 'utf8'));
const manifests = texts.flatMap((text) =>
  parseAllDocuments(text).map((document) => (document.toJS() ?? {}) as Manifest),
);
const named = (kind: string): string[] =>
  manifests.flatMap((manifest) => (manifest.kind === kind ? (manifest.metadata?.name ?? []) : []));

/** Lines of blocks and texts in backticks, without comments. */
const commandsIn = (file: Markdown): string[] =>
  [...inlineCode(file), ...file.blocks.flatMap(({ text }) => text.split('\n'))]
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .filter((line) => /(^|[\s|(;&])(k|kubectl) /.test(line));

function unknownObjects(command: string): string[] {
  const objects = command.matchAll(/\b([a-z]+)(?:\/|((?: +[a-z][a-z0-9-]*)+))([a-z0-9-]*)/g);
  return [...objects].flatMap(([, word = '', list = '', one = '']) => {
    const kind = KINDS[word];
    if (kind === undefined) return [];
    const names = one === '' ? list.trim().split(/ +/) : [one];
    return names
      .filter((name) => name !== '' && !named(kind).includes(name))
      .map((name) => `${word} ${name}`);
  });
}

/** Pods of a StatefulSet and their claims have a number at their end. */
function unknownReplicas(command: string): string[] {
  const sets = manifests.filter(({ kind }) => kind === 'StatefulSet');
  const pods = sets.map(({ metadata }) => metadata?.name ?? '');
  const claims = sets.flatMap(({ metadata, spec }) =>
    (spec?.volumeClaimTemplates ?? []).map((claim) => `${claim.metadata.name}-${metadata?.name}`),
  );
  const used = [...command.matchAll(/\b(?:exec|pod|pvc)(?: -i)? ([a-z-]+)-\d\b/g)].map(
    ([, name]) => name ?? '',
  );
  return used.filter((name) => ![...pods, ...claims].includes(name));
}

describe('kubectl commands in documents', () => {
  for (const path of markdownFiles()) {
    const commands = commandsIn(readMarkdown(path));
    if (commands.length === 0) continue;

    it(`${path} names only objects that the manifests have`, () => {
      assert.deepEqual(commands.flatMap(unknownObjects), []);
      assert.deepEqual(commands.flatMap(unknownReplicas), []);
    });

    it(`${path} selects only by labels that the manifests have`, () => {
      const labels = commands.flatMap(
        (command) => command.match(/app\.kubernetes\.io\/[\w-]+!?=[\w-]+/g) ?? [],
      );
      const missing = labels.filter((label) => {
        const [key = '', value = ''] = label.split(/!?=/);
        return !texts.some((text) => new RegExp(`${key}: ${value}\\b`).test(text));
      });
      assert.deepEqual(missing, []);
    });
  }
});
