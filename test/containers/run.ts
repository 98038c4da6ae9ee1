import path from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../../deploy/docker/docker-client.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { runContainers } from './suite.ts';

const usage = `npm run test:containers -- [--short]

Builds the images and runs the system of deploy/docker/compose.yaml in containers, with two instances of every service: sends
films, cuts cables, starts servers again and replaces each instance by a new one, always under load, and then looks whether
each accepted video became one MP3 and one mail. Nothing is left afterwards.

  --short   as in npm test: fewer films, shorter cuts, one instance of each service replaced instead of both

It needs Linux with a Docker engine; as root on Debian it starts one of its own. Without one it says what it did not test, and
with CI set it fails. Images of yours: see npm run images -- --help.
Exit code: 0 all is well or nothing could be tested, 1 something is not, 130 stopped by Ctrl-C.
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal(engineHome());

await runMain(async () => {
  const { values } = parseArgs({
    options: { short: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  const outcome = await runContainers({ repoRoot, short: values.short, report, signal });
  if ('skipped' in outcome) {
    const line = `NOT TESTED: images, partitions, restarts and rolling replacement in containers: ${outcome.skipped}`;
    if (process.env.CI) throw new Error(line);
    report(line);
    return;
  }
  const { passed, failed, skipped } = outcome.tests;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) throw new Error('The container tests have failed.');
}, signal);
