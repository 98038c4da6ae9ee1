import { join } from 'node:path';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { stateFolder } from '../support/state-folder.ts';
import { readCommandLine, usage } from './command-line.ts';
import { useCores } from './machine.ts';
import { benchDir, runBench } from './suite.ts';

const signal = stopSignal(join(stateFolder(benchDir), '.data'));

await runMain(async () => {
  const choice = readCommandLine(process.argv.slice(2));
  if (choice === undefined) return console.log(usage);
  if (choice.cores !== undefined) await useCores(choice.cores);
  await runBench({ ...choice, report, signal });
}, signal);
