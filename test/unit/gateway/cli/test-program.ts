import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { commands } from '../../../../services/gateway/cli/commands/table.ts';
import { dispatch } from '../../../../services/gateway/cli/dispatch.ts';
import type { Program } from '../../../../services/gateway/cli/syntax/command.ts';
import { createTestClock } from '../client/test-clock.ts';
import { createTestGateway } from '../client/test-gateway.ts';
import { URL_OF_GATEWAY } from '../client/test-transport.ts';
import { temporaryFolder } from './test-terminal.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** The program in a folder of its own, against the real gateway in memory. */
export async function createTestProgram(context: Pick<TestContext, 'after'>) {
  const system = createTestGateway(context);
  const cwd = await temporaryFolder(context);
  const home = await temporaryFolder(context);
  const stop = new AbortController();
  const clock = { ...createTestClock(), sleep: async () => undefined };
  const env: NodeJS.ProcessEnv = {
    MP3_URL: URL_OF_GATEWAY,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_STATE_HOME: path.join(home, 'state'),
  };

  async function run(args: readonly string[], more: Partial<Program> = {}): Promise<Ran> {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.end();
    const code = await dispatch(args, {
      ...{ commands, version: '1.2.3', invocationOf: (name) => `mp3 ${name}`, env, cwd, clock },
      ...{ stdin, stdout, stderr, signal: stop.signal },
      connect: () => ({ transport: system.transport, close: async () => undefined }),
      ...more,
    });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  return { ...system, run, env, cwd, home, stop };
}

/** The documents of a command that was called with `--json`. */
// biome-ignore lint/suspicious/noExplicitAny: the test knows what it expects
export const documentsOf = ({ out }: Ran): any[] =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
