import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed } from '../../../../../services/gateway/cli/commands/failed.ts';
import { UsageError } from '../../../../../services/gateway/cli/errors.ts';
import { readFailedCommand } from '../../../../../services/gateway/cli/failed/command-line.ts';
import { flagsOf } from '../../../../../services/gateway/cli/syntax/command.ts';
import { parseInput } from '../../../../../services/gateway/cli/syntax/flags.ts';

const parseCommand = (args: string[], env: NodeJS.ProcessEnv) =>
  readFailedCommand(parseInput(args, flagsOf(failed)), env);

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const url = 'http://localhost:8080';

describe('readFailedCommand', () => {
  const ACCEPTED: [args: string[], env: NodeJS.ProcessEnv, expected: object][] = [
    [['list'], {}, { kind: 'list', json: false, url }],
    [
      ['list', '--json'],
      { GATEWAY_PORT: '9000' },
      { kind: 'list', json: true, url: 'http://localhost:9000' },
    ],
    [['retry', ID, ID.toUpperCase(), 'x'], {}, { kind: 'retry', ids: [ID, 'x'], url }],
    [
      ['retry', '--all'],
      { MP3_URL: 'https://mp3.example/' },
      { kind: 'retry', ids: 'all', url: 'https://mp3.example' },
    ],
    [['drop', ID, '--url', 'http://h:1'], {}, { kind: 'drop', ids: [ID], url: 'http://h:1' }],
    [['drop', '--all', '--yes'], {}, { kind: 'drop', ids: 'all', url }],
  ];
  for (const [args, env, expected] of ACCEPTED) {
    it(`accepts ${JSON.stringify(args)} with the environment ${JSON.stringify(env)}`, () => {
      assert.deepEqual(parseCommand(args, env), expected);
    });
  }

  const REFUSED: [args: string[], message: RegExp][] = [
    [[], /No command .* list, retry or drop/],
    [['delete', ID], /There is no command "delete"/],
    [['\x1b[2J'], /no command "\\u001b\[2J"/],
    [['list', ID], /no IDs/],
    [['list', '--all'], /no --all/],
    [['retry'], /Which jobs\?/],
    [['retry', ID, '--all'], /or --all/],
    [['drop'], /Which jobs\?/],
    [['drop', '--all'], /--yes/],
    [['drop', ID, '--yes'], /--yes is for drop --all/],
    [['retry', '--all', '--yes'], /--yes is for drop --all/],
    [['retry', '--all', '--json'], /--json is for list/],
    [['list', '--colour'], /--colour.*See --help/],
    [['list', '--url', 'localhost:8080'], /not the address/],
  ];
  for (const [args, message] of REFUSED) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(
        () => parseCommand(args, {}),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
