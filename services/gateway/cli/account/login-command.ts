import type { Program } from '../syntax/command.ts';
import { shellWord } from '../terminal/text.ts';

/** The command that logs in at this gateway. It names the gateway also where that is the default, as other shells may have another. */
export const loginCommand = (
  url: string,
  { invocationOf }: Pick<Program, 'invocationOf'>,
  ...flags: readonly string[]
): string => [invocationOf('login'), ...[...flags, '--url', url].map(shellWord)].join(' ');
