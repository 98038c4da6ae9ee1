import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { namesOf } from '../../deploy/local/system/components.ts';
import { report, runMain, stopSignal } from '../../deploy/local/terminal.ts';
import { stateFolder } from '../support/state-folder.ts';
import { matrixDir, runMatrix } from './matrix.ts';

const repoRoot = resolve(import.meta.dirname, '../..');
const PUBSUB = namesOf(repoRoot, 'pubsub');
const BLOBS = namesOf(repoRoot, 'blobs');

const usage = `npm run test:matrix -- [--pubsub a,b] [--blobs a,b]

Runs the same end-to-end, store and redelivery tests over each choice of infrastructure, and prints a table: pub/sub × blobs,
with jobs, lost, duplicated, and the speed of blobs through a sidecar. Each cell is a system of its own with real servers;
all ${PUBSUB.length * BLOBS.length} take about ${Math.round(PUBSUB.length * BLOBS.length * 2.5)} minutes.

  --pubsub  of ${PUBSUB.join(', ')} (default: all)
  --blobs   of ${BLOBS.join(', ')} (default: all)
`;

const signal = stopSignal(join(stateFolder(matrixDir), '.data'));

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
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', no ')}\n\n${usage}`);
  const cells = pubsubs.flatMap((pubsub) => blobs.map((store) => ({ pubsub, blobs: store })));
  const good = await runMatrix(cells, { repoRoot, short: false, report, signal });
  if (!good) throw new Error('failed');
}, signal);
