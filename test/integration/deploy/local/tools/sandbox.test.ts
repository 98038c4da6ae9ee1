import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findGo, goFolders } from '../../../../../deploy/local/tools/go.ts';
import { prepareLauncher, whatToDo } from '../../../../../deploy/local/tools/sandbox.ts';

const go = findGo();
const skip = (go === undefined || process.platform !== 'linux') && 'Go or Linux is missing';
/** A program without imports, so that no module is downloaded and nothing but the runtime is compiled. */
const printing = (text: string): string => `package main\n\nfunc main() { print(${JSON.stringify(text)}) }\n`;

describe('prepareLauncher', { skip, timeout: 300_000 }, () => {
  let repoRoot: string;
  let reports: string[];
  let kept: NodeJS.ProcessEnv;
  const at = (name: string): string => path.join(repoRoot, 'services/converter/sandbox', name);
  const ensure = (): Promise<void> =>
    prepareLauncher(repoRoot, (line) => reports.push(line), AbortSignal.timeout(280_000));
  const write = (source: string): void => writeFileSync(at('launcher/main.go'), source);
  const run = (): string => execFileSync('sh', ['-c', `${at('bin/confine')} 2>&1`], { encoding: 'utf8' });

  beforeEach(() => {
    kept = process.env;
    repoRoot = mkdtempSync(path.join(tmpdir(), 'mp3converter-launcher-'));
    const { SANDBOX: _, ...inherited } = kept;
    // Go's own cache would move with XDG_CACHE_HOME, and the runtime be compiled anew.
    const { cache } = goFolders(go ?? '');
    process.env = {
      ...inherited,
      XDG_CACHE_HOME: path.join(repoRoot, 'cache'),
      ...(cache && { GOCACHE: cache }),
    };
    reports = [];
    mkdirSync(at('launcher'), { recursive: true });
    writeFileSync(at('launcher/go.mod'), 'module confine\n\ngo 1.21\n');
    write(printing('first'));
  });
  afterEach(() => {
    process.env = kept;
    rmSync(repoRoot, { recursive: true, force: true });
  });

  it('builds the launcher once, and again when its source has changed', async () => {
    await ensure();
    assert.equal(run(), 'first');
    const { ino } = statSync(at('bin/confine'));
    reports = [];
    await ensure();
    assert.deepEqual(reports, []);
    assert.equal(statSync(at('bin/confine')).ino, ino);
    write(printing('second'));
    await ensure();
    assert.equal(run(), 'second');
    // What was built before is taken from the cache.
    write(printing('first'));
    reports = [];
    await ensure();
    assert.equal(run(), 'first');
    assert.deepEqual(reports, []);
    assert.deepEqual(readdirSync(at('bin')), ['confine']);
  });

  it('reports a build that fails, and goes on', async () => {
    write('package main\n\nfunc main() { missing() }\n');
    await ensure();
    assert.match(reports.at(-1) ?? '', /without its sandbox .*undefined: missing/s);
    assert.equal(existsSync(at('bin/confine')), false);
  });

  it('throws where the build fails and SANDBOX is required', async () => {
    process.env.SANDBOX = 'required';
    write('package main\n\nfunc main() { missing() }\n');
    await assert.rejects(ensure(), /SANDBOX is required\. .*undefined: missing/s);
  });

  for (const [platform, advice] of [
    ['linux', /install Go/],
    ['darwin', /npm run compose/],
  ] as const)
    it(`says what to do without a launcher on ${platform}`, () => assert.match(whatToDo(platform), advice));

  it('does nothing where SANDBOX is off', async () => {
    process.env.SANDBOX = 'off';
    await ensure();
    assert.deepEqual(reports, []);
    assert.equal(existsSync(at('bin')), false);
  });
});
