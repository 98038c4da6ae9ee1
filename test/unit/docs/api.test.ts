import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openapi } from '../../../services/gateway/openapi/document.ts';
import { STATUS } from '../../../services/shared/runtime/errors.ts';
import { inlineCode, markdownFiles, readMarkdown, repoRoot, tableRows } from '../../support/markdown.ts';

const file = readMarkdown('docs/api.md');
const code = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

const routes = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

describe('docs/api.md', () => {
  it('lists exactly the routes of /openapi.json', () => {
    const listed = tableRows(file, 'Routes').flatMap(([route]) => code(route));
    assert.deepEqual(listed.sort(), routes.toSorted());
  });

  it('lists exactly the error codes with their statuses', () => {
    const listed = tableRows(file, 'Errors')
      .filter(([status]) => /^\d+$/.test(status ?? ''))
      .flatMap(([status, codes]) => code(codes).map((name) => [name, Number(status)]));
    assert.deepEqual(Object.fromEntries(listed), { ...STATUS });
  });

  it('lists exactly the codes of failed jobs', () => {
    const source = readFileSync(join(repoRoot, 'services/converter/failure.ts'), 'utf8');
    const union = /type FailureCode =([^;]+);/.exec(source)?.[1] ?? '';
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, name]) => name);
    const listed = tableRows(file, 'Errors')
      .filter(([cell]) => cell?.startsWith('`'))
      .flatMap(([cell]) => code(cell));
    assert.deepEqual(listed.sort(), codes.sort());
  });
});

describe('routes in documents', () => {
  /** Routes of auth and of sidecars are not the gateway's. */
  const isForeign = (route: string) => /^\w+ \/(v1\.0|events|users|validate|api)\b/.test(route);

  for (const path of markdownFiles()) {
    it(`${path} names only routes that exist`, () => {
      const named = inlineCode(readMarkdown(path))
        .filter((text) => /^(GET|POST|DELETE) \/[\w/{}.-]+$/.test(text))
        .filter((route) => !isForeign(route));
      assert.deepEqual(
        named.filter((route) => !routes.includes(route)),
        [],
      );
    });
  }
});
