// Runs a .ts file of this project with the project's own Node 24, after making sure that node_modules is what
// package-lock.json says. Plain JavaScript: the system's Node may be as old as 18.
//   node deploy/local/bootstrap.mjs <file.ts> [arguments]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.join(root, 'node_modules');
const marker = path.join(modules, '.mp3converter-lock-sha256');
const lock = path.join(root, '.data', 'npm-ci.lock');
const node = path.join(modules, '.bin', 'node');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** npm writes its hidden lock file last, so a cut-off install has none. */
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

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One installer at a time: `npm ci` begins by deleting node_modules. A lock left by a dead process is taken over. */
async function takeLock() {
  mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(read(lock));
    if (holder > 0 && !alive(holder)) rmSync(lock, { force: true });
    else if (!told) {
      told = true;
      console.error(`Another run (pid ${holder}) is installing the npm packages; waiting for it …`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options });
    // A Ctrl-C in a terminal reaches the child as well, and again through npm: the child takes repeats within a
    // moment as one, and we only wait for it.
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    // A `kill` of npm ends npm and its shell, and reaches nobody else.
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
  await takeLock();
  try {
    if (isInstalled(wanted, hash)) return;
    console.error(
      'Installing the npm packages: node_modules is not what package-lock.json says (about a minute) …',
    );
    // npm puts node_modules/.bin first: a node that is about to be deleted must not run the installer.
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
        `npm ci failed with code ${code}. Its messages are above; run it by hand in this folder to try again.`,
      );
      process.exit(code);
    }
    if (!existsSync(node)) {
      console.error(
        'npm ci ran, but node_modules/.bin/node is missing: was npm told to skip install scripts? Run `npm rebuild node`.',
      );
      process.exit(1);
    }
    writeFileSync(marker, hash);
  } finally {
    rmSync(lock, { force: true });
  }
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node deploy/local/bootstrap.mjs <file.ts> [arguments]');
  process.exit(2);
}
process.once('exit', () => {
  if (Number(read(lock)) === process.pid) rmSync(lock, { force: true });
});
await install();
// The working folder stays the caller's (`npm run convert -- movie.mp4`): npm keeps it in INIT_CWD.
// The ipc channel tells the child when this process is killed: it has then nobody left to stop it.
process.exit(
  await run(node, [path.resolve(root, script), ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] }),
);
