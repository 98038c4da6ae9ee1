#!/usr/bin/env node
// The command `mp3` of this repository's package, for `npx .` and `npm link`. Plain JavaScript, as the system's Node may be old.
// In a checkout it runs the files as they are, by the Node among the npm packages. Where the package was installed from a
// tarball, there are no such files, and it runs the bundle that was made when it was packed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const source = path.join(root, 'services/gateway/cli/mp3.ts');

if (existsSync(source)) {
  const bootstrap = path.join(root, 'deploy/local/bootstrap.mjs');
  // The bootstrap works in the repository. The files of the caller are where the caller is.
  const env = { ...process.env, INIT_CWD: process.cwd() };
  const child = spawn(process.execPath, [bootstrap, source, ...process.argv.slice(2)], {
    env,
    stdio: 'inherit',
  });
  // Ctrl-C reaches the child by itself. This process has to stay until the child has ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  child.once('exit', (code, signal) => {
    process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
  });
} else {
  await import(new URL('./dist/mp3.mjs', import.meta.url).href);
}
