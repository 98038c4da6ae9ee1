// Installs the npm packages of package-lock.json if they are missing or out of date, then runs a .ts file with the Node 24
// among them. Plain JavaScript, because the system's Node may be as old as 18.
//   node deploy/local/bootstrap.mjs <file.ts> [arguments]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tryLock, unlock } from './bootstrap-lock.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.join(root, 'node_modules');
const marker = path.join(modules, '.mp3converter-lock-sha256');
const dataFolder = path.join(root, '.data');
const lock = path.join(dataFolder, 'npm-ci.lock');
const node = path.join(modules, '.bin', 'node');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a user's own `npm ci` has installed the packages. npm writes its hidden lock file last: a failed run leaves none. */
function installedByHand(wanted) {
  const installed = read(path.join(modules, '.package-lock.json'));
  if (installed === '') return false;
  const have = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(wanted).packages).every(
    ([name, entry]) =>
      name === '' || entry.optional || entry.devOptional || have[name]?.integrity === entry.integrity,
  );
}

function isInstalled(wanted, hash) {
  if (!existsSync(node)) return false;
  if (read(marker) === hash) return true;
  if (!installedByHand(wanted)) return false;
  writeFileSync(marker, hash);
  return true;
}

/** `npm ci` begins by deleting node_modules, so one process at a time may run it. */
async function waitForLock() {
  mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
  for (let hasWaited = false; ; hasWaited = true) {
    const holder = tryLock(lock);
    if (holder === undefined) return;
    if (!hasWaited)
      console.error(`Another run (pid ${holder}) is installing the npm packages; waiting for it …`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options });
    // Ctrl-C reaches the child directly and once more through us. The child counts both as one (terminal.ts).
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    // `kill` of npm ends npm and its shell, but sends us no signal. Then our parent process changes.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphaned);
      forward('SIGTERM');
    }, 500);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, forward);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1));
    });
  });
}

async function install() {
  const wanted = read(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(wanted).digest('hex');
  if (isInstalled(wanted, hash)) return;
  await waitForLock();
  try {
    if (isInstalled(wanted, hash)) return;
    console.error(
      'Installing the npm packages, since node_modules does not match package-lock.json (about a minute) …',
    );
    // npm puts node_modules/.bin first in PATH. The installer must not run with the Node there, which it deletes.
    const PATH = (process.env.PATH ?? '')
      .split(path.delimiter)
      .filter((part) => !part.endsWith(path.join('node_modules', '.bin')));
    const env = { ...process.env, PATH: PATH.join(path.delimiter) };
    const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      stdio: 'inherit',
      env,
    });
    if (code !== 0) {
      console.error(
        `npm ci failed with code ${code}. Its messages are above. To try again, run it in this folder.`,
      );
      process.exit(code);
    }
    if (!existsSync(node)) {
      console.error(
        'npm ci succeeded, but node_modules/.bin/node is missing. If npm is configured to skip install scripts, run `npm rebuild node`.',
      );
      process.exit(1);
    }
    writeFileSync(marker, hash);
  } finally {
    unlock(lock);
  }
}

/** Types are stripped at each start. That takes half as long where Node keeps the result. */
function compileCache() {
  try {
    // Node would make a folder that other users can read, and secrets are written to it later.
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    return { NODE_COMPILE_CACHE: path.join(dataFolder, 'compile-cache') };
  } catch {
    return {};
  }
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node deploy/local/bootstrap.mjs <file.ts> [arguments]');
  process.exit(2);
}
process.once('exit', () => unlock(lock));
await install();
// npm keeps the caller's working folder in INIT_CWD, for `npm run convert -- movie.mp4`.
// The IPC channel closes when this process is killed, which tells the child to stop.
process.exit(
  await run(node, [path.resolve(root, script), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...compileCache(), ...process.env },
  }),
);
