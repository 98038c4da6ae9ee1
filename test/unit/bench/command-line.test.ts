import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { readCommandLine, usage } from '../../bench/command-line.ts';
import { PARTS } from '../../bench/parts.ts';

const read = (...args: string[]) => readCommandLine(args) ?? assert.fail('help was wanted');

describe('readCommandLine of npm run bench', () => {
  it('chooses every part and three runs by default', () => {
    const { parts, runs, isQuick, cores } = read();
    assert.deepEqual([...parts], Object.keys(PARTS));
    assert.deepEqual([runs, isQuick, cores], [3, false, undefined]);
  });

  it('makes one run in the quick form, unless more are wanted', () => {
    assert.equal(read('--quick').runs, 1);
    assert.equal(read('--quick', '--runs', '2').runs, 2);
  });

  it('sends twenty films, unless another number is wanted', () => {
    assert.equal(read().films, 20);
    assert.equal(read('--films', '200').films, 200);
  });

  it('chooses the parts that are named', () => {
    assert.deepEqual([...read('--only', 'convert,blobs').parts], ['convert', 'blobs']);
  });

  it('takes the files of the result from the folder of the caller', () => {
    const { json, timeline } = read('--json', 'a.json', '--only', 'hour', '--timeline', '/tmp/b.svg');
    assert.deepEqual([json, timeline], [resolve(process.env.INIT_CWD ?? '', 'a.json'), '/tmp/b.svg']);
  });

  const refused: [args: string[], reason: RegExp][] = [
    [['--only', 'convert,speed'], /There is no part speed/],
    [['--only', 'toString'], /There is no part toString/],
    [['--runs', '0'], /--runs is 0/],
    [['--runs', 'many'], /--runs is many/],
    [['--cores', '1.5'], /--cores is 1\.5/],
    [['--only', 'blobs', '--curves', 'curves.svg'], /--curves needs the part queue/],
    [['--only', 'blobs', '--timeline', 'job.svg'], /--timeline needs the part convert or hour/],
    [['--films', '0'], /--films is 0/],
    [['--fast'], /Unknown option/],
  ];
  for (const [args, reason] of refused)
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => readCommandLine(args), reason);
    });

  it('returns undefined for --help, whose text explains every part and option', () => {
    assert.equal(readCommandLine(['--help']), undefined);
    const options = [
      '--blobs',
      '--runs',
      '--cores',
      '--json',
      '--curves',
      '--timeline',
      '--films',
      '--quick',
      '--only',
    ];
    for (const word of [...Object.keys(PARTS), ...options])
      assert.match(usage, new RegExp(`^ +${word}\\b`, 'm'));
  });
});
