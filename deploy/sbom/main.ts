import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, stopSignal } from '../process/terminal.ts';
import { createSbom } from './sbom.ts';

const usage = `npm run sbom [-- --output FILE]

Lists what runs as a CycloneDX 1.5 document: npm packages, also those of the page, Go modules, and the Debian packages
of ffmpeg and its sandbox. It asks no server.

  --output  the file to write; without it, the document is printed (npm run --silent sbom)
  --help    shows this help
`;

const signal = stopSignal();

await runMain(async () => {
  const options = { help: { type: 'boolean', short: 'h' }, output: { type: 'string', short: 'o' } } as const;
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  const sbom = await createSbom(path.resolve(import.meta.dirname, '../..'), signal);
  const text = `${JSON.stringify(sbom, null, 2)}\n`;
  if (values.output === undefined) {
    // The process ends afterwards, and a pipe takes a part of the text at a time.
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  const file = path.resolve(process.env.INIT_CWD ?? process.cwd(), values.output);
  writeFileSync(file, text);
  console.log(`Wrote ${sbom.components.length} components to ${file}.`);
}, signal);
