import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { stateFolder } from '../support/state-folder.ts';
import { chaosDir } from './experiment.ts';
import { runSuite } from './suite.ts';

const usage = `npm run test:chaos -- [--minutes N] [--seed S] [--blobs mongodb|sqlite] [--no-scenarios]

Starts a system of its own and puts it under a load of uploads, while it kills and freezes services, sidecars and servers at
random moments. Then it checks that each accepted video became one MP3 and one mail, and that nothing was left behind.

  --minutes       how long load and faults last (default 10, at most 1440; 0 runs the scenarios alone)
  --seed          a whole number below 4294967296; the same seed gives the same faults in the same order (default: a random
                  number, which is printed)
  --blobs         the state store (default mongodb)
  --no-scenarios  runs only load and faults, and leaves out the long outages of broker, store and auth, the conversion that
                  takes longer than the broker waits, and the upload of 1 GiB that is cut ten times

The scenarios take about 20 minutes. The fault «full disk» needs small disks, which only root can mount, on Linux; elsewhere
it is left out, and a line says so.
Exit code: 0 if all is well; 1 if something is wrong, and then .data/chaos/failed-… holds logs, mails and the history of all
requests; 130 if Ctrl-C stopped it, and then nothing is left running.
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
    throw new Error(`--minutes is ${values.minutes}. It must be a number from 0 to 1440.\n\n${usage}`);
  if (minutes === 0 && !scenarios)
    throw new Error(`With --minutes 0 and --no-scenarios there is nothing to do.\n\n${usage}`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new Error(`--seed is ${values.seed}. It must be a whole number below 4294967296.\n\n${usage}`);
  if (blobs !== 'mongodb' && blobs !== 'sqlite')
    throw new Error(`--blobs is ${blobs}. It must be mongodb or sqlite.\n\n${usage}`);
  const good = await runSuite({ minutes, seed, blobs, scenarios, report, signal });
  if (!good) throw new Error(`The chaos tests failed with seed ${seed}.`);
}, signal);
