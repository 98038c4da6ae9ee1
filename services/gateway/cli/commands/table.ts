import type { Command } from '../syntax/command.ts';
import { cancel } from './cancel.ts';
import { completion } from './completion.ts';
import { convert } from './convert.ts';
import { deleteCommand } from './delete.ts';
import { download } from './download.ts';
import { failed } from './failed.ts';
import { help } from './help.ts';
import { jobs } from './jobs.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { probe } from './probe.ts';
import { rename } from './rename.ts';
import { retry } from './retry.ts';
import { show } from './show.ts';
import { watch } from './watch.ts';
import { whoami } from './whoami.ts';

/** All commands, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  convert,
  probe,
  jobs,
  show,
  watch,
  download,
  rename,
  retry,
  cancel,
  deleteCommand,
  login,
  logout,
  whoami,
  failed,
  completion,
  help,
];
