import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { repoRoot } from '../../support/markdown.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

interface Configuration {
  metadata: { name: string };
  spec: { accessControl: { policies: { operations: { name: string; httpVerb: string[] }[] }[] } };
}

/** The gateway checks tokens itself. It is for programs beside it. */
const NOT_CALLED = ['GET /validate', 'POST /validate'];

describe('the access policy of auth in a cluster', () => {
  it('lets the gateway call each route that auth has for it, and nothing else', { skip }, async (t) => {
    const text = await readFile(join(repoRoot, 'deploy/kubernetes/base/access.yaml'), 'utf8');
    const { spec } = parseAllDocuments(text)
      .map((document) => document.toJS() as Configuration)
      .find(({ metadata }) => metadata.name === 'auth') as Configuration;
    const allowed = spec.accessControl.policies.flatMap(({ operations }) =>
      operations.flatMap(({ name, httpVerb }) => httpVerb.map((method) => `${method} ${name}`)),
    );
    const { routes } = await buildAuth(t);
    const served = routes.flatMap(({ path, methods }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`),
    );
    assert.deepEqual(allowed.sort(), served.filter((route) => !NOT_CALLED.includes(route)).sort());
  });
});
