import path from 'node:path';
import { parseEnv } from 'node:util';
import { readIfThere } from '../../shared/runtime/private-files.ts';
import { createFailedJobsApi } from '../client/failed-jobs.ts';
import { clock } from '../client/http/clock.ts';
import { connect } from './connect.ts';
import { type Command, parseCommand, usage } from './failed/command-line.ts';
import { operatorToken } from './failed/operator-token.ts';
import { run } from './failed/run.ts';
import { runCommand } from './run-command.ts';

const { env, stderr, stdout } = process;

/** The token of the system that `npm start` runs in this folder; undefined before its first start. */
function localOperatorToken(): string | undefined {
  const file = path.resolve(import.meta.dirname, '../../../.data/env/gateway.env');
  return parseEnv(readIfThere(file) ?? '').OPERATOR_TOKEN;
}

async function operate(command: Exclude<Command, { kind: 'help' }>, signal: AbortSignal): Promise<number> {
  const token = operatorToken(command.url, env, localOperatorToken);
  const { transport, close } = connect(command.url);
  try {
    const api = createFailedJobsApi(transport, token, { clock, signal });
    const failures = await run(command, api, {
      out: (line) => stdout.write(`${line}\n`),
      err: (line) => stderr.write(`${line}\n`),
    });
    return failures === 0 ? 0 : 1;
  } finally {
    await close();
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const command = parseCommand(process.argv.slice(2), env);
  if (command.kind !== 'help') return operate(command, signal);
  stdout.write(usage);
  return 0;
}

// process.exit() would cut off what is still being written to the standard output.
process.exitCode = await runCommand(main);
