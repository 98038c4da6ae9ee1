import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { spaceToBuildDaprd } from '../../../../../deploy/local/tools/build-daprd.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

/** A program in the place of `go`. */
function program(test: TestContext, script: string): string {
  const file = path.join(temporaryFolder(test), 'go');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const answering = (folders: { GOMODCACHE: string; GOCACHE: string }) =>
  `[ "$*" = 'env -json GOMODCACHE GOCACHE' ] && [ "$GOTOOLCHAIN" = local ] && echo '${JSON.stringify(folders)}'`;

const CASES: readonly { title: string; script: string; folders: string[] }[] = [
  {
    title: 'needs space in the folders that Go names',
    script: answering({ GOMODCACHE: '/big/modules', GOCACHE: '/big/cache' }),
    folders: ['/big/modules', '/big/cache'],
  },
  {
    title: 'needs none for a cache that is off',
    script: answering({ GOMODCACHE: '/big/modules', GOCACHE: 'off' }),
    folders: ['/big/modules'],
  },
  {
    title: 'needs none where Go has no folder for modules',
    script: answering({ GOMODCACHE: '', GOCACHE: '/big/cache' }),
    folders: ['/big/cache'],
  },
  { title: 'needs none where Go does not run', script: 'exit 1', folders: [] },
  { title: 'needs none where Go answers with something else', script: 'echo hello', folders: [] },
];

describe('spaceToBuildDaprd', () => {
  for (const { title, script, folders } of CASES)
    it(title, (test) => {
      const needs = spaceToBuildDaprd(program(test, script));
      assert.deepEqual(
        needs.map(({ folder }) => folder),
        folders,
      );
      for (const { bytes } of needs) assert.ok(bytes >= 1e9);
    });

  it('needs none without Go, so that the start says what is missing', () => {
    assert.deepEqual(spaceToBuildDaprd(undefined), []);
  });
});
