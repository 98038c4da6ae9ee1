import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  type FileSystem,
  fileSystemOf,
  findShortages,
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
