import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../k8s/command-line.ts';

const LOADER = 'my-loader "$IMAGE"';

describe('the arguments of npm run test:k8s', () => {
  const rows: [what: string, args: string[], upArgs: string[]][] = [
    ['pass options of k8s:up on', ['--short', '--load', LOADER], ['--load', LOADER]],
    ['take them in the form --name=value', ['--short', `--load=${LOADER}`], ['--load', LOADER]],
    ['take them after a second `--` as well', ['--short', '--', '--load', LOADER], ['--load', LOADER]],
    ['take them in any order', ['--no-images', '--short', '--no-secrets'], ['--no-images', '--no-secrets']],
    [
      'pass every option of k8s:up on',
      ['--short', '--overlay', 'ours', '--registry', 'registry.example.com/team'],
      ['--overlay', 'ours', '--registry', 'registry.example.com/team'],
    ],
    ['need none of them', ['--short'], []],
  ];
  for (const [what, args, upArgs] of rows)
    it(what, () => {
      const { short, ...rest } = readCommandLine(args);
      assert.equal(short, true);
      assert.deepEqual(rest, { help: false, running: false, keep: false, context: undefined, upArgs });
    });

  it('name one context, wherever it is said', () => {
    for (const args of [
      ['--context', 'mine'],
      ['--', '--context', 'mine'],
    ])
      assert.deepEqual(readCommandLine(args), {
        ...{ help: false, short: false, running: false, keep: false, context: 'mine', upArgs: [] },
      });
  });

  for (const [what, args, why] of [
    ['an option that nobody knows', ['--shrt'], /--shrt/],
    ['an option that nobody knows after `--`', ['--short', '--', '--lod', 'x'], /--lod/],
    ['a word that belongs to no option', ['short'], /short/],
    ['an option that lacks its value', ['--load'], /--load/],
    ['an option of k8s:up where nothing is deployed', ['--running', '--overlay', 'ours'], /--overlay/],
    ['--keep where nothing is deployed', ['--running', '--keep'], /--keep/],
  ] as const)
    it(`refuse ${what}, and say how it is used`, () => {
      const isRefusal = ({ message }: Error): boolean =>
        why.test(message.split('\n')[0] ?? '') && /\nnpm run test:k8s -- \[--short\]/.test(message);
      assert.throws(() => readCommandLine([...args]), isRefusal);
    });
});
