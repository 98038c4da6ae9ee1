import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TestCounts } from '../../support/run-tests.ts';

const runner = path.resolve(import.meta.dirname, '../../runner/unit-tests.ts');

/** Runs files with these texts as unit tests. Returns their counts and what was printed. */
function runUnitTests(test: TestContext, texts: Record<string, string>, ...args: string[]) {
  const root = mkdtempSync(path.join(tmpdir(), 'mp3converter-units-'));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(root, name), text);
  const options = JSON.stringify({ repoRoot: root, folder: root, args });
  const program = `import { runUnitTests } from ${JSON.stringify(runner)};
    const signal = new AbortController().signal;
    const counts = await runUnitTests(${JSON.stringify(Object.keys(texts))}, { ...${options}, signal });
    console.log('\\n' + JSON.stringify(counts));`;
  // Node's test runner would otherwise take these runs for parts of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    ...{ encoding: 'utf8', env, timeout: 60_000 },
  });
  const { fileSeconds, ...counts } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as TestCounts;
  return { printed: stdout + stderr, counts, fileSeconds };
}

const passing = (title: string): string =>
  `import { test } from 'node:test';\ntest(${JSON.stringify(title)}, () => {});\n`;

describe('runUnitTests', () => {
  it('sums up the counts of all processes', (test) => {
    const files = { 'a.test.ts': passing('a'), 'b.test.ts': passing('b'), 'c.test.ts': passing('c') };
    assert.deepEqual(runUnitTests(test, files).counts, { passed: 3, failed: 0, skipped: 0, failures: [] });
  });

  it('tells the seconds of each file, also where they share a process', (test) => {
    const slow = `import { describe, it } from 'node:test';
      describe('slow', () => {
        it('waits', () => new Promise((resolve) => setTimeout(resolve, 1_200)));
      });`;
    const files = Array.from({ length: 3 * availableParallelism() }, (_, index) => `${index}.test.ts`);
    const texts = Object.fromEntries(files.map((file) => [file, passing(file)]));
    const { fileSeconds = {} } = runUnitTests(test, { ...texts, 'slow.test.ts': slow });
    const seconds = new Map(Object.entries(fileSeconds).map(([file, value]) => [path.basename(file), value]));
    assert.deepEqual([...seconds.keys()].toSorted(), [...files, 'slow.test.ts'].toSorted());
    assert.ok((seconds.get('slow.test.ts') ?? 0) > 1);
    assert.ok((seconds.get('0.test.ts') ?? 9) < 1);
  });

  it('counts only the tests whose names match', (test) => {
    const files = { 'a.test.ts': passing('red'), 'b.test.ts': passing('green') };
    const { counts } = runUnitTests(test, files, '--test-name-pattern=red');
    assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 0, failures: [] });
  });

  it('runs the other files when one cannot be loaded', (test) => {
    const { counts, printed } = runUnitTests(test, { 'a.test.ts': 'const = ;', 'b.test.ts': passing('b') });
    const { failures = [], ...numbers } = counts;
    assert.deepEqual(numbers, { passed: 1, failed: 1, skipped: 0 });
    assert.match(failures.join(), /a\.test\.ts/);
    assert.match(printed, /a\.test\.ts/);
  });

  it('starts no test before every file is loaded', (test) => {
    const early = `import { test } from 'node:test';
      test('early', () => { globalThis.isRunning = true; });\n${'// Larger files are loaded first.\n'.repeat(20)}`;
    const slow = `import { test } from 'node:test'; import assert from 'node:assert/strict';
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { isRunning } = globalThis;
      test('slow', () => assert.equal(isRunning, undefined));`;
    const cores = availableParallelism();
    const files = Array.from({ length: 2 * cores }, (_, index) => [
      `${index}.test.ts`,
      index < cores ? early : slow,
    ]);
    assert.deepEqual(runUnitTests(test, Object.fromEntries(files)).counts, {
      ...{ passed: 2 * cores, failed: 0, skipped: 0, failures: [] },
    });
  });

  it('fails when no name matches', (test) => {
    const { counts, printed } = runUnitTests(test, { 'a.test.ts': passing('a') }, '--test-name-pattern=none');
    assert.equal(counts.failed, 1);
    assert.match(printed, /No test ran/);
  });

  const FORBIDDEN: [what: string, module: string, code: string][] = [
    ['start a process', 'node:child_process', "spawn('true')"],
    ['start a process', 'node:child_process', "spawnSync('true')"],
    ['start a process', 'node:child_process', "exec('true')"],
    ['start a process', 'node:child_process', "execSync('true')"],
    ['start a process', 'node:child_process', "execFile('true')"],
    ['start a process', 'node:child_process', "execFileSync('true')"],
    ['start a process', 'node:child_process', "fork('a.js')"],
    ['open a port', 'node:http', 'createServer().listen(0)'],
    ['open a port', 'node:net', 'createServer().listen(0)'],
    ['open a port', 'node:dgram', "createSocket('udp4').bind(0)"],
  ];
  it('fails a unit test that starts a process or opens a port, and says where the test belongs', (test) => {
    const tests = FORBIDDEN.map(([, module, code], index) => {
      const name = /^\w+/.exec(code)?.[0];
      return `import { ${name} as f${index} } from '${module}';
        test(${JSON.stringify(code)}, () => { f${index}${code.slice(name?.length)}; });`;
    });
    const text = `import { test } from 'node:test';\n${tests.join('\n')}`;
    const { counts, printed } = runUnitTests(test, { 'a.test.ts': text });
    assert.equal(counts.failed, FORBIDDEN.length);
    for (const [what] of FORBIDDEN)
      assert.ok(printed.includes(`A unit test must not ${what}. Move this test from test/unit`));
  });
});
