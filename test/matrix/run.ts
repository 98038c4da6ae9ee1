import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { namesOf } from '../../deploy/local/system/components.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { stateFolder } from '../support/state-folder.ts';
import { cellFolder } from './cell.ts';
import { matrixDir, runMatrix } from './matrix.ts';

const repoRoot = resolve(import.meta.dirname, '../..');
const PUBSUB = namesOf(repoRoot, 'pubsub');
const BLOBS = namesOf(repoRoot, 'blobs');

const all = PUBSUB.flatMap((pubsub) => BLOBS.map((blobs) => ({ pubsub, blobs })));

const usage = `npm run test:matrix -- [--pubsub a,b] [--blobs a,b]

Runs the same end-to-end, store and redelivery tests over each choice of broker and store. It prints a table with a row for each
choice: tests, jobs, lost jobs, duplicated mails, and the speed of blobs through a sidecar. Each row comes from a system of its own
with real servers. All ${all.length} choices take about ${Math.round(all.length * 2.5)} minutes.

  --pubsub  brokers, separated by commas, out of ${PUBSUB.join(', ')} (default: all)
  --blobs   stores, separated by commas, out of ${BLOBS.join(', ')} (default: all)
`;

const signal = stopSignal(...all.map((cell) => join(cellFolder(stateFolder(matrixDir), cell), '.data')));

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      pubsub: { type: 'string', default: PUBSUB.join() },
      blobs: { type: 'string', default: BLOBS.join() },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const [pubsubs, blobs] = [values.pubsub.split(','), values.blobs.split(',')];
  const unknown = [
    ...pubsubs.filter((name) => !PUBSUB.includes(name)),
    ...blobs.filter((name) => !BLOBS.includes(name)),
  ];
  if (unknown.length > 0)
    throw new Error(`There is no broker or store called ${unknown.join(', ')}.\n\n${usage}`);
  const cells = all.filter((cell) => pubsubs.includes(cell.pubsub) && blobs.includes(cell.blobs));
  const { passed, failed, skipped } = await runMatrix(cells, { repoRoot, short: false, report, signal });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) throw new Error('The tests have failed.');
}, signal);
