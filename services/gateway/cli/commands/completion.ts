import { UsageError } from '../errors.ts';
import { bashCompletion } from '../syntax/bash-completion.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';
import { zshCompletion } from '../syntax/zsh-completion.ts';
import { printText } from '../terminal/print-json.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion };

export const completion: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  synopsis: [Object.keys(SHELLS).join('|')],
  details: ['The script completes commands, options, their values, files, and the IDs of jobs.'],
  groups: [general()],
  operands: Object.keys(SHELLS),
  examples: [
    ['completion bash >> ~/.bashrc', 'completes in each later bash'],
    ['completion zsh > ~/.zfunc/_mp3', 'completes in zsh, where ~/.zfunc is in $fpath'],
  ],
  async run({ operands: [shell, ...more] }, { commands, stdout }) {
    if (more.length > 0 || (shell !== 'bash' && shell !== 'zsh')) {
      throw new UsageError(`Which shell? ${Object.keys(SHELLS).join(' or ')}.`);
    }
    await printText([SHELLS[shell](commands).trimEnd()], stdout);
    return 0;
  },
};
