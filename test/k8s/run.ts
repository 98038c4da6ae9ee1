import path from 'node:path';
import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../../deploy/local/terminal.ts';
import { runInCluster } from './suite.ts';

const usage = `npm run test:k8s -- [--short] [--running | --keep] [--context NAME] [-- ARGUMENTS OF k8s:up]

Deploys the system into the cluster of kubectl's current context, or of another one, by npm run k8s:up, and tests it there: sends
films through the Ingress (or a forwarded port, where none answers), deletes each pod, kills converters at work, scales them from one
to four and back, rolls out a new version of each service and takes it back, and starts each server again, always under load. Then it
looks whether each accepted video became one MP3 and one mail.
Nothing is left afterwards. For a cluster to try things in, not one with users.

  --short     a quarter of the films
  --running   tests what runs there already, with its pods deleted and all, and leaves it running; it must have a mail sink
  --keep      leaves what it has deployed

For instance, where images are neither minikube's nor kind's to load: npm run test:k8s -- -- --load 'my-loader "$IMAGE"'
Exit code: 0 all is well, 1 something is not, 130 stopped by Ctrl-C.
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal();

await runMain(async () => {
  const { values, positionals: upArgs } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      running: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const { short, running, keep, context } = values;
  const { tests, table } = await runInCluster({
    ...{ repoRoot, short, running, keep, context, upArgs, report, signal },
  });
  console.log(`\n${table}\n`);
  console.log(`${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
  if (tests.failed > 0) throw new Error('The tests in the cluster have failed.');
}, signal);
