import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { buildGo } from '../../../deploy/local/tools/build-go.ts';
import { findGo } from '../../../deploy/local/tools/go.ts';
import { cacheDir } from '../../../deploy/process/cache-dir.ts';
import { run } from '../../../deploy/process/run.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const source = path.join(import.meta.dirname, 'actionlint');
const go = findGo();
const skip = go === undefined && 'Go is missing, which builds actionlint';

/** Runs actionlint, without the other linters that it would use if they are installed. */
const lint = (actionlint: string, files: readonly string[]): Promise<string> =>
  run(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', ...files], {
    ...{ what: 'actionlint', report: () => {}, signal: AbortSignal.timeout(60_000), cwd: root },
  });

describe('.github/workflows', { skip }, () => {
  let actionlint: string;

  before(async () => {
    const hash = createHash('sha256')
      .update(readFileSync(path.join(source, 'go.sum')))
      .digest('hex');
    actionlint = path.join(cacheDir(), `actionlint-${hash.slice(0, 16)}`);
    const name = 'github.com/rhysd/actionlint/cmd/actionlint';
    const program = { what: 'actionlint', folder: source, package: name, file: actionlint };
    await buildGo(go ?? '', program, console.log, AbortSignal.timeout(280_000));
  });

  it('contains only workflows that GitHub accepts', async () => {
    const files = globSync('.github/workflows/*.yml', { cwd: root });
    assert.ok(files.length > 0);
    assert.equal(await lint(actionlint, files), '');
  });

  it('is checked: a workflow with an unknown key is reported', async (test) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-workflow-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'broken.yml');
    writeFileSync(file, 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    step: []\n');
    await assert.rejects(lint(actionlint, [file]), /unexpected key "step"/);
  });
});
