import { killWithParent } from './kill-with-parent.ts';
import type { Sandbox } from './sandbox.ts';

/** The sandbox that is off. The tool gets all that this process may do, and dies with it. */
export const noSandbox: Sandbox = {
  layers: [],
  async commandLine(path, args) {
    const [command = path, ...prefix] = [...(await killWithParent()), path];
    return [command, ...prefix, ...args];
  },
};
