import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openapi } from '../../../services/gateway/openapi/document.ts';
import { optionSchemas } from '../../../services/gateway/openapi/options.ts';
import { parseOptions } from '../../../services/gateway/options/parse-options.ts';
import { PRESET_NAMES, PRESETS } from '../../../services/gateway/options/presets.ts';
import { BITRATES, COVERS, SAMPLE_RATES } from '../../../services/shared/jobs/conversion-options.ts';
import { FAILURES } from '../../../services/shared/jobs/failures.ts';
import { WARNINGS } from '../../../services/shared/jobs/warnings.ts';
import { STATUS } from '../../../services/shared/runtime/errors.ts';
import { inlineCode, markdownFiles, readMarkdown, repoRoot, tableRows } from '../../support/markdown.ts';

const file = readMarkdown('docs/api.md');
const oneOf = (values: readonly number[]) => `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
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

  it('lists exactly the options', () => {
    const listed = tableRows(file, 'Options').flatMap(([names]) => code(names));
    assert.deepEqual(listed.sort(), [...Object.keys(optionSchemas), ...PRESET_NAMES].sort());
  });

  it('lists the values of the options that have a choice', () => {
    const values = Object.fromEntries(tableRows(file, 'Options').map(([name, text]) => [name, text]));
    assert.equal(values['`bitrate`'], oneOf(BITRATES));
    assert.equal(values['`sample_rate`'], oneOf(SAMPLE_RATES));
    assert.deepEqual(code(values['`cover`']), [...COVERS]);
    assert.deepEqual(code(values['`preset`']), PRESET_NAMES);
  });

  it('shows the options of each preset', () => {
    for (const name of PRESET_NAMES) {
      const row = tableRows(file, 'Options').find(([cell]) => cell === `\`${name}\``);
      assert.deepEqual(parseOptions(new URLSearchParams(code(row?.[1])[0])), PRESETS[name]);
    }
  });

  it('lists exactly the error codes with their statuses', () => {
    const listed = tableRows(file, 'Errors')
      .filter(([status]) => /^\d+$/.test(status ?? ''))
      .flatMap(([status, codes]) => code(codes).map((name) => [name, Number(status)]));
    assert.deepEqual(Object.fromEntries(listed), { ...STATUS });
  });

  const TABLES: [heading: string, meanings: Record<string, string>][] = [
    ['Why a job fails', FAILURES],
    ['Warnings', WARNINGS],
  ];
  for (const [heading, meanings] of TABLES) {
    it(`lists exactly the codes of the program, with their meanings, under «${heading}»`, () => {
      const rows = tableRows(file, heading).map(([cell = '', meaning = '']) => [code(cell)[0], meaning]);
      assert.deepEqual(rows, Object.entries(meanings));
    });
  }

  it('lists every code that a service writes into a job', () => {
    // What runs in browsers is no service, and the languages there have codes too.
    const files = globSync('services/**/*.ts', { cwd: repoRoot, exclude: ['services/gateway/page/**'] });
    const written = files.flatMap((path) =>
      [...readFileSync(join(repoRoot, path), 'utf8').matchAll(/\bcode: '(\w+)'/g)].map(([, name]) => name),
    );
    const known = [...Object.keys(STATUS), ...TABLES.flatMap(([, meanings]) => Object.keys(meanings))];
    assert.ok(written.includes('truncated') && written.includes('gave_up'));
    assert.deepEqual(new Set(written).difference(new Set(known)), new Set());
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
