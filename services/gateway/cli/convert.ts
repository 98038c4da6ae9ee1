import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clock } from '../client/http/clock.ts';
import type { Transport } from '../client/http/transport.ts';
import { createSession, type Session } from '../client/session/session.ts';
import { createMemoryTokens } from '../client/session/tokens.ts';
import { currentUserName } from './account/create-account.ts';
import { createCredentialStore, credentialsFile } from './account/credential-store.ts';
import { type Account, openAccount } from './account/open-account.ts';
import { connect } from './connect.ts';
import { type Conversion, parseCommand, usage } from './convert/command-line.ts';
import { convertAll } from './convert/convert-all.ts';
import { fetchLaterCommands } from './convert/fetch-later-command.ts';
import type { Target } from './files/target.ts';
import { INTERRUPTED, runCommand } from './run-command.ts';
import { askPassword } from './terminal/ask-password.ts';
import { createReporter, type Reporter } from './terminal/reporter.ts';

const LOGOUT_MS = 2_000;
const { env, stderr, stdout } = process;

function version(): string {
  const file = path.resolve(import.meta.dirname, '../../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function createStderrReporter(quiet: boolean): Reporter {
  const isTTY = stderr.isTTY === true;
  const screen = {
    isTTY,
    color: isTTY && !env.NO_COLOR,
    quiet,
    // Read for each line, because the user may resize the window.
    get columns() {
      return stderr.columns || 80;
    },
    write: (text: string) => stderr.write(text),
  };
  return createReporter(screen, clock);
}

function openUserAccount(
  transport: Transport,
  command: Conversion,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<Account> {
  const store = createCredentialStore(credentialsFile(env));
  const ports = { transport, store, askPassword, print, clock, userName: currentUserName(env) };
  const wanted = {
    flagEmail: command.email,
    envEmail: env.MP3_EMAIL || undefined,
    password: env.MP3_PASSWORD || undefined,
  };
  return openAccount(ports, wanted, signal);
}

async function run(command: Conversion, signal: AbortSignal): Promise<number> {
  const reporter = createStderrReporter(command.quiet);
  const { transport, close } = connect(command.url);
  const pending = new Map<string, Target>();
  let session: Session | undefined;
  let account: Account | undefined;

  const openSession = async () => {
    account = await openUserAccount(transport, command, reporter.info, signal);
    const { logIn } = account;
    session = createSession({ transport, tokens: createMemoryTokens(), clock, logIn, signal });
    session.start(await logIn(signal));
    return session;
  };

  try {
    // `npm run` changes to the project's folder, and keeps the caller's folder in INIT_CWD.
    const cwd = env.INIT_CWD || process.cwd();
    const stdoutIsTerminal = stdout.isTTY === true;
    const ports = { openSession, clock, reporter, stdout, stdoutIsTerminal, pending, signal, cwd };
    const failures = await convertAll(command, ports);
    return failures === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    reporter.settle();
    stderr.write(pending.size > 0 ? 'Interrupted.\n' : 'Interrupted; nothing is left to fetch.\n');
    return INTERRUPTED;
  } finally {
    reporter.settle();
    const from = { url: command.url, email: account?.email ?? command.email };
    for (const line of fetchLaterCommands(pending, from)) stderr.write(`${line}\n`);
    await session?.logOut(AbortSignal.timeout(LOGOUT_MS));
    await close();
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const command = parseCommand(process.argv.slice(2), env);
  if (command.kind === 'convert') return run(command, signal);
  stdout.write(command.kind === 'help' ? usage : `${version()}\n`);
  return 0;
}

// process.exit() would cut off what is still being written to the standard output.
process.exitCode = await runCommand(main);
