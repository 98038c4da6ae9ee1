import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine, usage } from '../../hostile/command-line.ts';

describe('readCommandLine of npm run test:hostile', () => {
  it('takes every option', () => {
    const args = [
      '--seed',
      '7',
      '--mutations',
      '0',
      '--only',
      '^bomb',
      '--short',
      '--jobs',
      '3',
      '--keep',
      'kept',
    ];
    assert.deepEqual(readCommandLine([...args, '--json'], '/home'), {
      ...{
        seed: 7,
        mutations: 0,
        only: '^bomb',
        isShort: true,
        jobs: 3,
        keep: '/home/kept',
        keepsAll: false,
      },
      ...{ json: true, list: false },
    });
  });

  it('returns undefined for --help, whose text explains every option', () => {
    assert.equal(readCommandLine(['--help']), undefined);
    for (const word of [
      '--seed',
      '--mutations',
      '--only',
      '--short',
      '--jobs',
      '--keep',
      '--keep-all',
      '--json',
      '--list',
    ])
      assert.match(usage, new RegExp(`^ +${word} `, 'm'));
  });

  for (const args of [
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--mutations', 'many'],
    ['--jobs', '0'],
    ['--only', '('],
    ['--keep-all'],
    ['--mutation', '5'],
  ]) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => readCommandLine(args));
    });
  }
});
