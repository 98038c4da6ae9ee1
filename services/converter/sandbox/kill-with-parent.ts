import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const SETPRIV = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
let commandPrefix: Promise<readonly string[]> | undefined;

/**
 * Returns a command prefix with which the kernel kills a tool when this process is killed. It is empty where `setpriv` is
 * missing, as it is outside Linux: the tool then runs to its end.
 */
export function killWithParent(): Promise<readonly string[]> {
  const [command, ...args] = SETPRIV;
  commandPrefix ??= promisify(execFile)(command, [...args, 'true'])
    .then(() => SETPRIV)
    .catch(() => []);
  return commandPrefix;
}
