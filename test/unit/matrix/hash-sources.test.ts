import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { hashSources } from '../../matrix/hash-sources.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('hashSources', () => {
  for (const [file, what, isSource] of [
    ['gateway/jobs/list.ts', 'a source', true],
    ['gateway/page/app/main.ts', 'a source of the page', true],
    ['converter/sandbox/launcher/main.go', 'the source of the launcher', true],
    ['gateway/page/dist/assets/main-1.js', 'the page that is built', false],
    ['converter/sandbox/bin/confine', 'the launcher that is built', false],
  ] as const) {
    it(`returns ${isSource ? 'another' : 'the same'} hash after a change of ${what}`, (context) => {
      const services = temporaryFolder(context);
      const before = hashSources(services);
      mkdirSync(dirname(join(services, file)), { recursive: true });
      writeFileSync(join(services, file), 'new');
      assert.equal(hashSources(services) !== before, isSource);
    });
  }

  it('returns another hash where a file has another name', (context) => {
    const services = temporaryFolder(context);
    writeFileSync(join(services, 'one.ts'), 'same');
    const before = hashSources(services);
    const renamed = temporaryFolder(context);
    writeFileSync(join(renamed, 'other.ts'), 'same');
    assert.notEqual(hashSources(renamed), before);
  });
});
