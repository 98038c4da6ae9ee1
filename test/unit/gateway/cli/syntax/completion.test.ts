import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commands } from '../../../../../services/gateway/cli/commands/table.ts';
import { bashCompletion } from '../../../../../services/gateway/cli/syntax/bash-completion.ts';
import { flagsOf } from '../../../../../services/gateway/cli/syntax/command.ts';
import { zshCompletion } from '../../../../../services/gateway/cli/syntax/zsh-completion.ts';

/** The part of a script about one command. */
function partOf(script: string, command: string): string {
  const [, part = ''] =
    new RegExp(`\n    ${command}\\)\n([^]*?)(?=\n    [a-z]+\\)\n|\n  esac)`).exec(script) ?? [];
  // Words of a list are separated by `\\n` in bash.
  return part.replaceAll('\\n', ' ');
}

const SCRIPTS = { bash: bashCompletion(commands), zsh: zshCompletion(commands) };

for (const [shell, script] of Object.entries(SCRIPTS)) {
  describe(`the completion of ${shell}`, () => {
    for (const command of commands) {
      it(`knows every flag of ${command.name}, and the values of each`, () => {
        const part = partOf(script, command.name);
        for (const { name, short, completes } of flagsOf(command)) {
          assert.match(part, new RegExp(`--${name}(?![\\w-])`));
          if (short) assert.match(part, new RegExp(`(?<![\\w-])-${short}(?!\\w)`));
          for (const value of typeof completes === 'object' ? completes : [])
            assert.ok(part.includes(value), value);
        }
      });
    }

    it('knows every command', () => {
      for (const { name } of commands) assert.match(script, new RegExp(`(?<!\\w)${name}(?!\\w)`));
    });
  });
}
