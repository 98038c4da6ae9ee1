import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../process/run.ts';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { writePackage } from './package-files.ts';

const usage = `npm run mp3:pack [-- FOLDER]

Writes the package of the command line mp3 into the folder, by default the one from which it is called. It has no dependencies:
install it with \`npm install --global mp3converter-cli-VERSION.tgz\`.
`;

const signal = stopSignal();

await runMain(async () => {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(usage);
  const caller = process.env.INIT_CWD ?? process.cwd();
  const destination = path.resolve(caller, positionals[0] ?? '.');
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
