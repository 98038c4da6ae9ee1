import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  checksDisk,
  type FileSystem,
  fileSystemOf,
  findShortages,
  freeBytesIn,
  requireSpace,
  type SpaceNeed,
} from '../../../../deploy/process/disk-space.ts';

const DISK = { id: 1, freeBytes: 1_500e6 };
const OTHER = { id: 2, freeBytes: 200e6 };
const data: SpaceNeed = { folder: '/data', bytes: 1_000e6, what: 'databases' };
const films: SpaceNeed = { folder: '/tmp', bytes: 600e6, what: 'films' };

const CASES: readonly { title: string; tmp: FileSystem; needs: SpaceNeed[]; sentences: string[] }[] = [
  { title: 'has no shortage where each need fits', tmp: DISK, needs: [data], sentences: [] },
  {
    title: 'adds up the needs of folders on one file system',
    tmp: DISK,
    needs: [data, films],
    sentences: [
      '/data needs 1,000 MB (databases), /tmp needs 600 MB (films), together 1,600 MB, but only 1,500 MB are free there.',
    ],
  },
  {
    title: 'names only the file system that is too full',
    tmp: OTHER,
    needs: [data, films],
    sentences: ['/tmp needs 600 MB (films), but only 200 MB are free there.'],
  },
];

describe('findShortages', () => {
  for (const { title, tmp, needs, sentences } of CASES)
    it(title, () => {
      const lookUp = (folder: string): FileSystem => (folder === '/tmp' ? tmp : DISK);
      assert.deepEqual(findShortages(needs, lookUp), sentences);
    });
});

describe('fileSystemOf', () => {
  it('looks at the folder above where a folder does not exist yet', () => {
    const missing = path.join(tmpdir(), 'missing', 'folder');
    assert.equal(fileSystemOf(missing).id, fileSystemOf(tmpdir()).id);
    assert.ok(fileSystemOf(missing).freeBytes >= 0);
  });
});

describe('freeBytesIn', () => {
  for (const [title, counts, expected] of [
    ['counts the blocks for this user', { blocks: 100, bavail: 30, bsize: 4096 }, 122_880],
    ['says 0 of a full file system', { blocks: 100, bavail: 0, bsize: 4096 }, 0],
    ['knows no limit of one without a size', { blocks: 0, bavail: 0, bsize: 4096 }, Number.POSITIVE_INFINITY],
  ] as const)
    it(title, () => assert.equal(freeBytesIn(counts), expected));
});

describe('checksDisk', () => {
  for (const [CHECK_DISK, expected] of [
    [undefined, true],
    ['', true],
    ['true', true],
    ['false', false],
  ] as const)
    it(`says ${expected} where CHECK_DISK is ${CHECK_DISK ?? 'not set'}`, () => {
      assert.equal(checksDisk({ CHECK_DISK }), expected);
    });

  it('refuses another value, and names the variable', () => {
    assert.throws(() => checksDisk({ CHECK_DISK: 'off' }), /CHECK_DISK is off; it must be true or false/);
  });
});

describe('requireSpace', () => {
  const needs: SpaceNeed[] = [{ folder: tmpdir(), bytes: Number.MAX_SAFE_INTEGER, what: 'films' }];

  /** Sets the variable for one test. */
  const withCheck = (test: TestContext, value: string) => {
    const before = process.env.CHECK_DISK;
    process.env.CHECK_DISK = value;
    test.after(() => {
      if (before === undefined) delete process.env.CHECK_DISK;
      else process.env.CHECK_DISK = before;
    });
  };

  it('says what is missing, and how to start all the same', (test) => {
    withCheck(test, 'true');
    assert.throws(() => requireSpace(needs), /needs .* \(films\), but only .*CHECK_DISK=false/);
  });

  it('requires nothing with CHECK_DISK=false', (test) => {
    withCheck(test, 'false');
    requireSpace(needs);
  });
});
