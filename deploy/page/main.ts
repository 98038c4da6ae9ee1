import { parseArgs } from 'node:util';
import { runMain, stopSignal } from '../process/terminal.ts';
import { buildPage } from './build.ts';

const usage = `npm run page

Builds the web page that the gateway serves at /. npm start, npm run dev and the image do so by themselves.
`;

await runMain(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(usage);
  await buildPage();
}, stopSignal());
