import { parseArgs } from 'node:util';
import { runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { type FailedRow, runRows } from './corpus.ts';
import { describeExpected, type Result, runRow } from './row.ts';
import { ROWS } from './rows/index.ts';
import { missingRows } from './rows/plain.ts';
import { describeSound, runSoundRow, type SoundResult } from './sound-only.ts';
import { Workshop } from './workshop.ts';

const usage = `npm run test:corpus -- [--only pattern] [--sound-only] [--list]

Makes ${ROWS.length} files with ffmpeg, each with another container, codec and fault, converts them, and compares every MP3 with the
formula of the sound that was put in: its place to the sample, its level, its length, silence, and warnings. It prints a table.

  --only        runs only the rows whose kind and name match this regular expression
  --sound-only  plans the sound of each file as the client does, converts the whole file and its sound alone, and compares both
  --list        prints the rows, and runs nothing
`;

const signal = stopSignal();

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      'sound-only': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const pattern = new RegExp(values.only);
  const rows = ROWS.filter(({ kind, name }) => pattern.test(`${kind} ${name}`));
  if (values.list) return console.log(rows.map(({ kind, name }) => `${kind.padEnd(14)}${name}`).join('\n'));
  await using workshop = await Workshop.open();
  const isSoundOnly = values['sound-only'];
  const results = isSoundOnly
    ? await runRows(rows, (row) => runSoundRow(workshop, row), {
        ...{ concurrency: 2, signal },
        onResult: printSound,
      })
    : await runRows(rows, (row) => runRow(workshop, row), { concurrency: 2, signal, onResult: print });
  if (!isSoundOnly) for (const [what, why] of missingRows) console.log(`not made       ${what}: ${why}`);
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) throw new Error('Some files did not become what they have to.');
}, signal);

function print({ row, faults, ...result }: Result | FailedRow): void {
  const mark = faults.length === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${mark} ${row.kind.padEnd(14)}${row.name.padEnd(48)} ${describeExpected(row.expected)} → ${'got' in result ? result.got : 'no file'}`,
  );
  for (const fault of faults) console.log(`       ${fault}`);
}

function printSound(result: SoundResult | FailedRow): void {
  console.log(describeSound({ compared: undefined, ...result }));
  for (const fault of result.faults) console.log(`       ${fault}`);
}
