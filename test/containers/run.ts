import path from 'node:path';
import { parseArgs } from 'node:util';
import { engineHome } from '../../deploy/docker/docker-client.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { runContainers } from './suite.ts';

const usage = `npm run test:containers -- [--short] [--grep PATTERN]

Builds the images and runs the system of deploy/docker/compose.yaml in containers, with two instances of every service. While
users send films, it disconnects containers from their networks, restarts servers, and replaces each instance by a new one.
Then it checks that each accepted video became one MP3 and one mail. Nothing is left afterwards.

  --short   sends fewer films, disconnects for a shorter time, and replaces one instance of each service instead of both;
            npm test runs it like this
  --grep    runs only the tests whose names match this regular expression

It needs Linux with a Docker engine. As root on Debian it starts an engine of its own. Without an engine it says what was not
tested, and fails if the environment variable CI is set. To use images of your own, see npm run images -- --help.
Exit code: 0 if all is well or nothing could be tested, 1 if something is wrong, 130 if Ctrl-C stopped it.
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal(engineHome());

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      grep: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const outcome = await runContainers({ repoRoot, short: values.short, grep: values.grep, report, signal });
  if ('skipped' in outcome) {
    const line = `NOT TESTED: images, network partitions, restarts and rolling updates in containers: ${outcome.skipped}`;
    if (process.env.CI) throw new Error(line);
    report(line);
    return;
  }
  const { passed, failed, skipped } = outcome.tests;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) throw new Error('The container tests have failed.');
}, signal);
