import path from 'node:path';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { readCommandLine, usage } from './command-line.ts';
import { runInCluster } from './suite.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal();

await runMain(async () => {
  const { help, ...chosen } = readCommandLine(process.argv.slice(2));
  if (help) return console.log(usage);
  const { tests, table } = await runInCluster({ repoRoot, ...chosen, report, signal });
  console.log(`\n${table}\n`);
  console.log(`${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
  if (tests.failed > 0) throw new Error('The tests in the cluster have failed.');
}, signal);
