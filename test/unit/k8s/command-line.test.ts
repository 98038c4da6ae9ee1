import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../k8s/command-line.ts';

const LOADER = 'my-loader "$IMAGE"';

describe('readCommandLine(args)', () => {
  const rows: [what: string, args: string[], upArgs: string[]][] = [
    ['passes options of k8s:up on', ['--short', '--load', LOADER], ['--load', LOADER]],
    ['accepts them in the form --name=value', ['--short', `--load=${LOADER}`], ['--load', LOADER]],
    ['accepts them after a second `--`', ['--short', '--', '--load', LOADER], ['--load', LOADER]],
    [
      'accepts them in any order',
      ['--no-images', '--short', '--no-secrets'],
      ['--no-images', '--no-secrets'],
    ],
    [
      'passes every option of k8s:up on',
      ['--short', '--overlay', 'ours', '--registry', 'registry.example.com/team'],
      ['--overlay', 'ours', '--registry', 'registry.example.com/team'],
    ],
    ['needs none of them', ['--short'], []],
  ];
  for (const [what, args, upArgs] of rows)
    it(what, () => {
      const { short, ...rest } = readCommandLine(args);
      assert.equal(short, true);
      assert.deepEqual(rest, { help: false, running: false, keep: false, context: undefined, upArgs });
    });

  it('reads the context before and after a second `--`', () => {
    for (const args of [
      ['--context', 'mine'],
      ['--', '--context', 'mine'],
    ])
      assert.deepEqual(readCommandLine(args), {
        ...{ help: false, short: false, running: false, keep: false, context: 'mine', upArgs: [] },
      });
  });

  it('reads which tests are selected, with and without a second `--`', () => {
    for (const args of [
      ['--grep', 'sandbox'],
      ['--', '--grep=sandbox'],
    ])
      assert.equal(readCommandLine(args).grep, 'sandbox');
  });

  for (const [what, args, why] of [
    ['an unknown option', ['--shrt'], /--shrt/],
    ['an unknown option after `--`', ['--short', '--', '--lod', 'x'], /--lod/],
    ['a word that is no option', ['short'], /short/],
    ['an option without its value', ['--load'], /--load/],
    ['an option of k8s:up together with --running', ['--running', '--overlay', 'ours'], /--overlay/],
    ['--keep together with --running', ['--running', '--keep'], /--keep/],
  ] as const)
    it(`refuses ${what}, with the usage text`, () => {
      const isRefusal = ({ message }: Error): boolean =>
        why.test(message.split('\n')[0] ?? '') && /\nnpm run test:k8s -- \[--short\]/.test(message);
      assert.throws(() => readCommandLine([...args]), isRefusal);
    });
});
