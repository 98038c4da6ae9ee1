import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { describeAddresses } from './addresses.ts';
import { NAMESPACE, openCluster } from './cluster.ts';

const usage = `npm run k8s:status -- [--context NAME]

Shows what runs in the cluster of kubectl's current context, its recent warnings, and how to reach the system.

  --context  a context of kubectl other than the current one
`;

const signal = stopSignal();

await runMain(async () => {
  const { values } = parseArgs({
    options: { context: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  const cluster = await openCluster({ context: values.context, report, signal });
  const inNamespace = ['--namespace', NAMESPACE];
  const get = async (...args: string[]): Promise<string> =>
    (await cluster.ask([...inNamespace, 'get', ...args])).trim();
  if (!(await cluster.has(`namespace/${NAMESPACE}`)))
    return console.log(`mp3converter does not run in ${cluster.context}. Start it with npm run k8s:up`);
  console.log(
    `${cluster.context}\n\n${await get('pods,horizontalpodautoscalers,persistentvolumeclaims,ingresses')}\n`,
  );
  const warnings = await get('events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp');
  if (warnings !== '')
    console.log(`Warnings of the last hour:\n${warnings.split('\n').slice(-12).join('\n')}\n`);
  console.log(
    `Logs: kubectl -n ${NAMESPACE} logs deployment/converter --container app (its sidecar: daprd)\n`,
  );
  console.log((await describeAddresses(cluster)).join('\n'));
}, signal);
