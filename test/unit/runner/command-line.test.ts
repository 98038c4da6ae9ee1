import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readCommandLine, usage } from '../../runner/command-line.ts';
import { PARTS } from '../../runner/select-files.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../..');
const read = (args: readonly string[], cwd = repoRoot) =>
  readCommandLine(args, { repoRoot, cwd }) ?? assert.fail('help was wanted');
const filesOf = (...args: string[]): string[] => [...read(args).files.values()].flat();

const HERE = 'test/unit/runner/command-line.test.ts';
const SYSTEMS = ['contract', 'e2e', 'polyglot', 'matrix', 'chaos', 'bench', 'containers'] as const;

describe('readCommandLine of npm test', () => {
  it('chooses every part by default', () => {
    assert.deepEqual([...read([]).parts], [...PARTS]);
  });

  it('chooses only the parts that are named', () => {
    assert.deepEqual([...read(['tilt', 'check']).parts], ['tilt', 'check']);
  });

  it('chooses one test file', () => {
    const { parts, files } = read([HERE]);
    assert.deepEqual([...parts], ['unit']);
    assert.deepEqual([...files], [['unit', [HERE]]]);
  });

  it('chooses all tests below a folder, and no system for a folder of unit or integration tests', () => {
    const { parts, files } = read(['test/unit/runner', 'test/integration/runner']);
    assert.ok(files.get('unit')?.includes(HERE));
    assert.ok(files.get('unit')?.every((file) => file.startsWith('test/unit/runner/')));
    assert.ok(SYSTEMS.every((part) => !parts.has(part)));
  });

  it('chooses the part whose systems a folder of end-to-end or contract tests needs', () => {
    assert.deepEqual([...read(['test/e2e', 'test/contract/auth']).parts], ['e2e', 'contract']);
  });

  it('resolves a path against the folder of the caller, and otherwise against the repository', () => {
    const cwd = path.join(repoRoot, 'test/unit');
    assert.deepEqual(read(['runner/command-line.test.ts'], cwd).files.get('unit'), [HERE]);
    assert.deepEqual(read([HERE], cwd).files.get('unit'), [HERE]);
  });

  it('runs a file once that is chosen twice', () => {
    assert.deepEqual(filesOf(HERE, HERE), [HERE]);
  });

  it('searches the unit tests with --grep when nothing is named', () => {
    const { parts, grep } = read(['--grep', 'refuses']);
    assert.deepEqual([[...parts], grep], [['unit'], 'refuses']);
  });

  it('uses --grep and --watch with chosen files', () => {
    const { grep, watch, files } = read([HERE, '--watch', '--grep', 'x']);
    assert.deepEqual([grep, watch, [...files.values()]], ['x', true, [[HERE]]]);
  });

  it('watches all unit tests when nothing is named', () => {
    assert.deepEqual([...read(['--watch']).parts], ['unit']);
  });

  const refused: [args: string[], reason: RegExp][] = [
    [['units'], /There is no part and no file units/],
    [['test/unit/none.test.ts'], /There is no part and no file/],
    [['test/chaos'], /a runner of their own: npm run test:chaos/],
    [['test/support'], /is in none of the folders test\/unit/],
    [['services/gateway'], /is in none of the folders/],
    [['test'], /is in none of the folders/],
    [['..'], /is in none of the folders/],
    [['test/unit/import-rules.ts'], /holds no tests/],
    [['test/bench'], /a runner of their own: npm run bench/],
    [['chaos', '--grep', 'x'], /--grep cannot be used with chaos/],
    [['check', '--grep', 'x'], /--grep cannot be used with check/],
    [['e2e', '--watch'], /--watch takes unit tests only/],
    [['--wath'], /Unknown option/],
  ];
  for (const [args, reason] of refused)
    it(`refuses npm test -- ${args.join(' ')}`, () => {
      assert.throws(() => read(args), reason);
    });

  it('returns undefined for --help, whose text explains every part and option', () => {
    assert.equal(readCommandLine(['--help'], { repoRoot, cwd: repoRoot }), undefined);
    for (const word of [...PARTS, '--grep', '--watch']) assert.match(usage, new RegExp(`^ +${word}\\b`, 'm'));
  });
});
