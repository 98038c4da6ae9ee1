import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { isUnknownKind, NAMESPACE, OURS, openCluster } from './cluster.ts';

const usage = `npm run k8s:down -- [--volumes] [--context NAME]

Ends the system in the cluster of kubectl's current context. What is stored stays, and so do the secrets that open it: npm run
k8s:up finds both again. Dapr, KEDA and images stay too.

  --volumes  deletes the whole namespace ${NAMESPACE}, with everything that is stored, and the secrets
  --context  of kubectl, if it is not the current one
`;

const signal = stopSignal();
/** Scalers first, or they would bring back what ends. */
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
  // They are ending already; this waits for them.
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
    return report(
      `Deleted the namespace ${NAMESPACE} from ${cluster.context}, and all that was stored in it`,
    );
  }
  for (const kind of KINDS) {
    const args = ['delete', kind, ...OURS, '--namespace', NAMESPACE, '--ignore-not-found', '--wait'];
    await cluster.call(`Deleting ${kind}`, args, { timeoutMs }).catch((error: Error) => {
      if (!isUnknownKind(error)) throw error;
    });
  }
  report(`Ended in ${cluster.context}; what is stored is kept until npm run k8s:down -- --volumes`);
}, signal);
