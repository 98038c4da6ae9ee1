import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readMarkdown, repoRoot } from '../../support/markdown.ts';

interface Configuration {
  metadata: { name: string };
  spec: { accessControl: { policies?: { appId: string; operations: { name: string }[] }[] } };
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** The routes of each service that the gateway may call in a cluster. */
const allowed = new Map(
  parseAllDocuments(readFileSync(join(repoRoot, 'deploy/kubernetes/base/access.yaml'), 'utf8')).map(
    (document) => {
      const { metadata, spec } = document.toJS() as Configuration;
      const { policies = [] } = spec.accessControl;
      return [metadata.name, policies.flatMap(({ operations }) => operations.map(({ name }) => name))];
    },
  ),
);

describe('deploy/README.md › access between services', () => {
  const text = readMarkdown('deploy/README.md')
    .prose.filter(({ heading }) => heading === 'Security')
    .map(({ line }) => line)
    .join('\n');

  for (const service of ['auth', 'converter'])
    it(`counts and names exactly the routes of ${service} that the gateway may call`, () => {
      const sentence = new RegExp(
        `\\b${service} answers only the gateway, on (\\w+) routes? \\(([^)]*)\\)`,
        'i',
      );
      const [, count, routes = ''] = sentence.exec(text) ?? [];
      const expected = allowed.get(service) ?? assert.fail();
      assert.deepEqual(
        [...routes.matchAll(/`([^`]+)`/g)].map(([, route]) => route).sort(),
        [...expected].sort(),
      );
      assert.equal(count, NUMBERS[expected.length] ?? String(expected.length));
    });
});
