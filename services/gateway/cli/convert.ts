import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Agent } from 'undici';
import { type Account, currentUserName, openAccount } from './convert/account.ts';
import { askPassword } from './convert/ask-password.ts';
import { clock } from './convert/clock.ts';
import { type Conversion, parseCommand, usage } from './convert/command-line.ts';
import { convertAll } from './convert/convert-all.ts';
import { createCredentialStore, credentialsFile } from './convert/credentials.ts';
import { Failure, messageOf, UsageError } from './convert/failure.ts';
import { createGateway } from './convert/gateway.ts';
import { INTERRUPTED, interruption } from './convert/interrupt.ts';
import { howToFetch } from './convert/later.ts';
import { createReporter } from './convert/reporter.ts';
import { openSession, type Session } from './convert/session.ts';
import type { Target } from './convert/target.ts';

const CONNECT_MS = 10_000;
const LOGOUT_MS = 2_000;
const { env, stderr, stdout } = process;

function version(): string {
  const file = path.resolve(import.meta.dirname, '../../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function run(command: Conversion, signal: AbortSignal): Promise<number> {
  const isTTY = stderr.isTTY === true;
  const reporter = createReporter(
    {
      isTTY,
      color: isTTY && !env.NO_COLOR,
      quiet: command.quiet,
      get columns() {
        return stderr.columns || 80;
      },
      write: (text) => stderr.write(text),
    },
    clock,
  );
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS } });
  const pending = new Map<string, Target>();
  let session: Session | undefined;
  let account: Account | undefined;

  const logIn = async () => {
    const gateway = createGateway(command.url, dispatcher);
    account = await openAccount(
      {
        gateway,
        store: createCredentialStore(credentialsFile(env)),
        askPassword,
        tell: reporter.info,
        clock,
        userName: currentUserName(env),
      },
      {
        flagEmail: command.email,
        envEmail: env.MP3_EMAIL || undefined,
        password: env.MP3_PASSWORD || undefined,
      },
      signal,
    );
    session = await openSession(gateway, account.login, { clock, signal });
    return session;
  };

  try {
    // `npm run` changes to the project's folder, and keeps the caller's here.
    const cwd = env.INIT_CWD || process.cwd();
    const ports = { openSession: logIn, clock, reporter, stdout, pending, signal, cwd };
    const failures = await convertAll(command, { ...ports, stdoutIsTerminal: stdout.isTTY === true });
    return failures === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    reporter.settle();
    stderr.write(pending.size > 0 ? 'Interrupted.\n' : 'Interrupted; nothing is left to fetch.\n');
    return INTERRUPTED;
  } finally {
    reporter.settle();
    const from = { url: command.url, email: account?.email ?? command.email };
    for (const line of howToFetch(pending, from)) stderr.write(`${line}\n`);
    await session?.close(AbortSignal.timeout(LOGOUT_MS));
    await dispatcher.destroy();
  }
}

async function main(): Promise<number> {
  const signal = interruption();
  try {
    const command = parseCommand(process.argv.slice(2), env);
    if (command.kind === 'convert') return await run(command, signal);
    stdout.write(command.kind === 'help' ? usage : `${version()}\n`);
    return 0;
  } catch (error) {
    stderr.write(`${messageOf(error)}\n`);
    if (!(error instanceof Failure || error instanceof UsageError) || env.DEBUG) console.error(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

// No process.exit(): what was written to the standard output may still be on its way.
process.exitCode = await main();
