import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { isUnknownKindError, NAMESPACE, OUR_OBJECTS, openCluster } from './cluster.ts';

const usage = `npm run k8s:down -- [--volumes] [--context NAME]

Stops the system in the cluster of kubectl's current context. Stored data and the secrets that give access to it stay: the
next npm run k8s:up uses them again. Dapr, KEDA and images stay, too.

  --volumes  deletes the whole namespace ${NAMESPACE}, including all stored data and the secrets
  --context  a context of kubectl other than the current one
`;

const signal = stopSignal();
/** In the order of deletion. Scalers come first, because they would start pods again. */
const KINDS = [
  ...['scaledobjects.keda.sh', 'triggerauthentications.keda.sh', 'horizontalpodautoscalers', 'ingresses'],
  ...[
    'deployments',
    'jobs',
    'statefulsets',
    'services',
    'configmaps',
    'poddisruptionbudgets',
    'networkpolicies',
  ],
  ...['components.dapr.io', 'subscriptions.dapr.io', 'resiliencies.dapr.io', 'configurations.dapr.io'],
  // Pods are terminating already at this point. Deleting them waits for their end.
  'pods',
];

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      volumes: { type: 'boolean', default: false },
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const cluster = await openCluster({ context: values.context, report, signal });
  const timeoutMs = 5 * 60_000;
  if (values.volumes) {
    for (const object of [`namespace/${NAMESPACE}`, 'priorityclass/mp3converter-converter']) {
      const args = ['delete', object, '--ignore-not-found', '--wait'];
      await cluster.call(`Deleting ${object} from ${cluster.context}`, args, { timeoutMs });
    }
    return report(`Deleted the namespace ${NAMESPACE} from ${cluster.context}, including all stored data`);
  }
  for (const kind of KINDS) {
    const args = ['delete', kind, ...OUR_OBJECTS, '--namespace', NAMESPACE, '--ignore-not-found', '--wait'];
    await cluster.call(`Deleting ${kind}`, args, { timeoutMs }).catch((error: Error) => {
      if (!isUnknownKindError(error)) throw error;
    });
  }
  report(`Stopped in ${cluster.context}; stored data is kept (npm run k8s:down -- --volumes deletes it)`);
}, signal);
