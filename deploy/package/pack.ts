import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../process/run.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { writePackage } from './package-files.ts';

// `npm run mp3:pack [-- FOLDER]` writes the package of the command line into the caller's folder, as `npm pack` does.
const signal = stopSignal();

await runMain(async () => {
  const caller = process.env.INIT_CWD ?? process.cwd();
  const destination = path.resolve(caller, process.argv[2] ?? '.');
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-package-'));
  try {
    await writePackage(folder);
    const args = ['pack', '--json', '--pack-destination', destination];
    const output = await run('npm', args, { what: 'Packing', report, signal, cwd: folder });
    const name = /"filename": "([^"]+)"/.exec(output)?.[1] ?? '';
    console.log(`Wrote ${path.join(destination, name)}. Install it with: npm install --global ${name}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, signal);
