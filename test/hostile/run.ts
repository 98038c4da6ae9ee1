import { resolve } from 'node:path';
import { prepareLauncher } from '../../deploy/local/tools/sandbox.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { readCommandLine, usage } from './command-line.ts';
import { titleOf } from './hostile-file.ts';
import { hostileFiles } from './kinds/index.ts';
import { type FileResult, runCorpus } from './run-corpus.ts';
import { describeRun } from './table.ts';

const signal = stopSignal();
/** The names do not depend on where the targets are. */
const NOWHERE = { port: 9, socket: '/socket', text: '/secret.txt', film: '/secret.mp3', absent: '/absent' };

await runMain(async () => {
  const options = readCommandLine(process.argv.slice(2), process.env.INIT_CWD);
  if (options === undefined) return console.log(usage);
  if (options.list)
    return print(
      hostileFiles(options, NOWHERE)
        .map((file) => `${titleOf(file)}\n`)
        .join(''),
    );
  const { seed, json } = options;
  const say = json ? () => undefined : report;
  await prepareLauncher(resolve(import.meta.dirname, '../..'), say, signal);
  if (!json) report(`seed ${seed}, ${options.mutations} mutations`);
  const onResult = (result: FileResult) => {
    if (json) console.log(JSON.stringify(result));
    else if (result.faults.length > 0) report(`FAULT ${titleOf(result)}: ${result.faults.join('; ')}`);
  };
  const run = await runCorpus({ ...options, report: say, onResult, signal });
  const faulty = run.results.filter(({ faults }) => faults.length > 0);
  if (json) {
    const { results, ...summary } = run;
    console.log(JSON.stringify({ seed, files: results.length, faults: faulty.length, ...summary }));
  } else console.log(describeRun(run));
  await print('');
  if (run.silent.length > 0) throw new Error('A witness is silent, so that this run shows nothing.');
  if (run.results.length === 0) throw new Error(`No file matches --only ${options.only}.`);
  if (faulty.length > 0) throw new Error(`${faulty.length} files have a fault. Seed ${seed}.`);
}, signal);

/** Resolves when everything is written: a pipe would lose the rest at the exit. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
