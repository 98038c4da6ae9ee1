import path from 'node:path';
import { Agent } from 'undici';
import { readEnvFile } from '../../../deploy/local/secrets.ts';
import { clock } from './convert/clock.ts';
import { Failure, messageOf, UsageError } from './convert/failure.ts';
import { createGateway } from './convert/gateway.ts';
import { INTERRUPTED, interruption } from './convert/interrupt.ts';
import { parseCommand, usage } from './failed/command-line.ts';
import { createDeadLetters } from './failed/dead-letters.ts';
import { operatorToken } from './failed/operator-token.ts';
import { run } from './failed/run.ts';

const CONNECT_MS = 10_000;
const { env, stderr, stdout } = process;
const repoRoot = path.resolve(import.meta.dirname, '../../..');

async function main(): Promise<number> {
  const signal = interruption();
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS } });
  try {
    const command = parseCommand(process.argv.slice(2), env);
    if (command.kind === 'help') {
      stdout.write(usage);
      return 0;
    }
    const token = operatorToken(command.url, env, () => readEnvFile(repoRoot, 'gateway').OPERATOR_TOKEN);
    const deadLetters = createDeadLetters(createGateway(command.url, dispatcher), token, { clock, signal });
    const failures = await run(command, deadLetters, {
      out: (line) => stdout.write(`${line}\n`),
      err: (line) => stderr.write(`${line}\n`),
    });
    return failures === 0 ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      stderr.write('Interrupted.\n');
      return INTERRUPTED;
    }
    stderr.write(`${messageOf(error)}\n`);
    if (!(error instanceof Failure || error instanceof UsageError) || env.DEBUG) console.error(error);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    await dispatcher.destroy();
  }
}

// No process.exit(): what was written to the standard output may still be on its way.
process.exitCode = await main();
