import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import configuration from './import-rules.ts';

const FOLDERS = ['components', 'deploy', 'services', 'test', 'tilt'];

describe('imports', () => {
  let result: ICruiseResult;

  before(async () => {
    const { options = {}, ...ruleSet } = configuration;
    const baseDir = join(import.meta.dirname, '..', '..');
    const { output } = await cruise(FOLDERS, { ...options, baseDir, ruleSet, validate: true });
    result = output as ICruiseResult;
  });

  it('are read from every folder', () => {
    for (const folder of FOLDERS) {
      const files = result.modules.filter(({ source }) => source.startsWith(`${folder}/`));
      assert.ok(files.length > 0, folder);
      assert.ok(
        files.some(({ dependencies }) => dependencies.length > 0),
        folder,
      );
    }
  });

  for (const { name = '', comment = '' } of configuration.forbidden ?? []) {
    it(`keep the rule ${name}: ${comment}`, () => {
      const violations = result.summary.violations.filter(({ rule }) => rule.name === name);
      assert.deepEqual(
        violations.map(({ from, to }) => `${from} → ${to}`),
        [],
      );
    });
  }
});
