import { once } from 'node:events';
import path from 'node:path';
import { watchPage } from '../page/watch.ts';
import { portFromEnv } from '../process/ports.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { readCommandLine, type StartOptions, usage } from './command-line.ts';
import { type Launched, launch } from './launch.ts';
import { screen } from './screen.ts';

function screenOf({ servers, system }: Launched, gatewayPort: number, options: StartOptions): string {
  const { reused, mail } = servers;
  return screen({
    ...{ gatewayPort, reused, inspectors: options.inspect, watch: options.watch },
    mails: mail.webUrl ?? `are sent to ${mail.smtpHost}:${mail.smtpPort}`,
    logs: path.relative(process.cwd(), system.logsDir) || system.logsDir,
  });
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
    ...(options.watch && { buildPage: () => watchPage({ report, signal }) }),
    report,
    signal,
  });
  if (options.watch) launched.system.restartOnSave();
  console.log(screenOf(launched, gatewayPort, options));
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
