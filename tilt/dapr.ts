import { openCluster } from '../deploy/kubernetes/cluster.ts';
import { ensureDapr } from '../deploy/kubernetes/dapr.ts';
import { report, runMain, stopSignal } from '../deploy/process/terminal.ts';

// Installs Dapr. Tilt runs this before it deploys anything that has a sidecar.

const signal = stopSignal();

await runMain(async () => {
  const context = process.argv[2];
  if (context === undefined || context === '') throw new Error('usage: dapr.ts <kubectl context>');
  await ensureDapr(await openCluster({ context, report, signal }), { report, signal });
  report('Dapr is ready.');
}, signal);
