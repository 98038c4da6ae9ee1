import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressSpaceIn, limitFlags } from '../../../../services/converter/sandbox/limits.ts';

const GiB = 2 ** 30;

describe('addressSpaceIn', () => {
  const table: [title: string, container: number | undefined, bytes: number][] = [
    ['is 4 GiB outside a container', undefined, 4 * GiB],
    ['is 4 GiB where the container has no limit', 0, 4 * GiB],
    ['is 4 GiB where the kernel states the largest number for no limit', 2 ** 63, 4 * GiB],
    ['is no more than the memory of the container', 1.5 * GiB, 1.5 * GiB],
    ['is enough for ffmpeg in a small container', 0.25 * GiB, GiB],
  ];
  for (const [title, container, bytes] of table) {
    it(title, () => assert.equal(addressSpaceIn(container), bytes));
  }
});

describe('limitFlags', () => {
  it('lets a run write no file where its caller says nothing', () => {
    const flags = limitFlags({ cpuSeconds: 5 }, { inNamespace: false });
    assert.equal(flags[flags.indexOf('--file-bytes') + 1], '1');
  });
});
