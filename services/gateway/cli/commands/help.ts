import { UsageError } from '../errors.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';
import { helpOf, overview } from '../syntax/help-text.ts';
import { suggestion } from '../syntax/suggestion.ts';
import { printText } from '../terminal/print-json.ts';
import { printable } from '../terminal/text.ts';

export const help: Command = {
  name: 'help',
  summary: 'Explain a command',
  synopsis: ['[COMMAND]'],
  details: ['Without a command, it lists all of them.'],
  groups: [general()],
  operands: 'commands',
  examples: [['help convert', 'explains convert with all its options']],
  async run({ operands: [name] }, program) {
    const { commands, stdout } = program;
    if (name === undefined) {
      await printText([overview(program).trimEnd()], stdout);
      return 0;
    }
    const found = commands.find((command) => command.name === name);
    if (found) {
      await printText([helpOf(found, program).trimEnd()], stdout);
      return 0;
    }
    const nearest = suggestion(
      name,
      commands.map((command) => command.name),
    );
    throw new UsageError(
      `There is no command ${printable(name)}.${nearest ? ` Do you mean ${nearest}?` : ''}`,
    );
  },
};
