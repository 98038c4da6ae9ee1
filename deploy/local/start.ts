import { once } from 'node:events';
import path from 'node:path';
import { watchPage } from '../page/build.ts';
import { portFromEnv } from '../process/ports.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { readCommandLine, type StartOptions, usage } from './command-line.ts';
import { type Launched, launch } from './launch.ts';

/** What the terminal shows when the system has started. */
function screen({ servers, system }: Launched, gatewayPort: number, options: StartOptions): string {
  const { reused, mail } = servers;
  const left = reused.length > 0 ? ` (except ${reused.join(', ')}, which npm run setup started)` : '';
  const inspectors = [...options.inspect].map(
    ([name, port]) => `  ${`Debug ${name}`.padEnd(18)}127.0.0.1:${port}\n`,
  );
  const saves = options.watch
    ? '  Saved files       in services/ restart their service; the page loads anew\n'
    : '';
  return `
  mp3converter runs. Open http://localhost:${gatewayPort} in a browser.

  Mails             ${mail.webUrl ?? `are sent to ${mail.smtpHost}:${mail.smtpPort}`}
${inspectors.join('')}${saves}
  Convert a file    npm run convert -- movie.mp4
  Logs              ${path.relative(process.cwd(), system.logsDir) || system.logsDir}

  Ctrl-C stops everything${left}.
`;
}

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal(path.join(repoRoot, '.data'));

await runMain(async () => {
  // npm changes to the project's folder. It keeps the caller's working folder in INIT_CWD.
  const options = readCommandLine(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options === undefined) {
    console.log(usage);
    return;
  }
  const gatewayPort = portFromEnv('GATEWAY_PORT', 8080);
  const mailPort = portFromEnv('MAIL_PORT', 1080);
  const publicUrl = process.env.PUBLIC_URL ?? `http://localhost:${gatewayPort}`;
  const launched = await launch({
    repoRoot,
    choice: options.choice,
    inspect: options.inspect,
    gatewayPort,
    mailPort,
    publicUrl,
    superviseServers: true,
    report,
    signal,
  });
  if (options.watch) {
    launched.system.restartOnSave();
    await watchPage(report, signal);
  }
  console.log(screen(launched, gatewayPort, options));
  const alive = setInterval(() => {}, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
  console.log('Stopping. The services finish or hand back their work (up to half a minute) …');
  await launched.stop();
  const { reused } = launched.servers;
  console.log(
    reused.length > 0
      ? `Stopped. These servers of npm run setup keep running: ${reused.join(', ')}. \`npm run setup -- --stop\` stops them.`
      : 'Stopped; nothing is left running.',
  );
}, signal);
