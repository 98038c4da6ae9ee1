import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { run } from '../deploy/process/run.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';
import { which } from '../deploy/process/which.ts';

const usage = `npm run tilt -- [up|down|ci] [arguments of tilt]

Runs the whole system in the cluster of kubectl's current context, opens a page that shows everything that runs, and copies
each saved file into the running pods within seconds. Ctrl-C stops Tilt but not the system: npm run tilt -- down removes it.

  MP3CONVERTER_CONTEXT  a kubectl context that Tilt may deploy to although the cluster is not local (minikube, kind, …)
`;

/** Programs that must be on PATH: the arguments that show whether one works, and where to get it. */
const TOOLS = [
  { name: 'tilt', check: ['version'], get: 'https://docs.tilt.dev/install.html' },
  { name: 'kubectl', check: ['version', '--client'], get: 'https://kubernetes.io/docs/tasks/tools' },
  { name: 'docker', check: ['--version'], get: 'https://docs.docker.com/get-started/get-docker' },
] as const;

const COMMANDS = ['up', 'down', 'ci'];

const signal = stopSignal();

async function isUsable(name: string, check: readonly string[]): Promise<boolean> {
  const file = which(name);
  if (file === undefined) return false;
  const options = { what: `Asking ${name} for its version`, report, signal, timeoutMs: 20_000 };
  return run(file, [...check], options).then(
    () => true,
    () => false,
  );
}

await runMain(async () => {
  const args = process.argv.slice(2);
  if (args[0] === '--help' || args[0] === '-h') return console.log(usage);
  const missing: string[] = [];
  for (const { name, check, get } of TOOLS)
    if (!(await isUsable(name, check))) missing.push(`  ${name.padEnd(8)}${get}`);
  signal.throwIfAborted();
  if (missing.length > 0)
    throw new Error(`These programs are missing, or do not run:\n${missing.join('\n')}`);
  const [command, ...rest] = COMMANDS.includes(args[0] ?? '') ? args : ['up', ...args];
  // The terminal sends Ctrl-C to Tilt as well, so this process only waits for Tilt to end.
  const child = spawn(
    'tilt',
    [command as string, '--file', path.join(import.meta.dirname, 'Tiltfile'), ...rest],
    {
      stdio: 'inherit',
    },
  );
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`tilt ended with code ${code}.`);
}, signal);
