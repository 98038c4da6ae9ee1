import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { stateFolder } from '../support/state-folder.ts';
import { chaosDir } from './experiment.ts';
import { runSuite } from './suite.ts';

const usage = `npm run test:chaos -- [--minutes N] [--seed S] [--blobs mongodb|sqlite] [--no-scenarios]

Kills and freezes everything at random moments under a load of uploads, on a system of its own, and then looks whether
each accepted video became one MP3 and one mail, and whether anything was left behind.

  --minutes       of load and faults (default 10, at most 1440; 0 for the scenarios alone)
  --seed          a whole number below 4294967296; the same gives the same faults in the same order (default: a random
                  one, printed)
  --blobs         the state store (default mongodb)
  --no-scenarios  only load and faults: no broker, store or auth away for minutes, no conversion past the ack limit

The scenarios take seventeen minutes more. Full disks are small ones of its own, which only root may mount on Linux; without them
that fault is left out, loudly. Exit code: 0 all is well, 1 something is not, and .data/chaos/failed-… holds logs, mails and
a record of all that was done; 130 stopped by Ctrl-C, which leaves nothing running.
`;

const signal = stopSignal(join(stateFolder(chaosDir), '.data'));

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      blobs: { type: 'string', default: 'mongodb' },
      scenarios: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h' },
    },
    allowNegative: true,
  });
  if (values.help) return console.log(usage);
  const { blobs, scenarios } = values;
  const minutes = Number(values.minutes);
  const seed = values.seed === undefined ? randomInt(1_000_000) : Number(values.seed);
  if (values.minutes.trim() === '' || !(minutes >= 0 && minutes <= 1440))
    throw new Error(`--minutes is ${values.minutes}; it must be a number from 0 to 1440.\n\n${usage}`);
  if (minutes === 0 && !scenarios)
    throw new Error(`Without minutes and without scenarios there is nothing to do.\n\n${usage}`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new Error(`--seed is ${values.seed}; it must be a whole number below 4294967296.\n\n${usage}`);
  if (blobs !== 'mongodb' && blobs !== 'sqlite')
    throw new Error(`--blobs is ${blobs}; it may be mongodb or sqlite.\n\n${usage}`);
  const good = await runSuite({ minutes, seed, blobs, scenarios, report, signal });
  if (!good) throw new Error(`failed with seed ${seed}`);
}, signal);
