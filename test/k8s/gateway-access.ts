import { request } from 'undici';
import type { Ingress } from '../../deploy/kubernetes/addresses.ts';
import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import type { Report } from '../../deploy/process/run.ts';
import { waitAtMost } from '../support/wait.ts';
import { forwardPort } from './port-forward.ts';

/** How users reach the gateway. */
export interface GatewayAccess {
  readonly by: 'the Ingress' | 'kubectl port-forward';
  readonly url: string;
  /** The host name of the Ingress, which each request must send. */
  readonly host?: string;
  stop(): Promise<void>;
}

const ASK_MS = 15_000;
/** How long a controller may need to notice a new Ingress and to give it an address. */
const INGRESS_MS = 3 * 60_000;

/** Reaches the gateway through the Ingress or, if the gateway does not answer there, through a forwarded port. */
export async function openGatewayAccess(cluster: Cluster, report: Report): Promise<GatewayAccess> {
  if (await cluster.has('ingressclasses.networking.k8s.io')) {
    const found = await waitAtMost(() => findIngress(cluster), { timeoutMs: INGRESS_MS });
    if (found) return { by: 'the Ingress', ...found, stop: async () => {} };
    report(`NOT TESTED: THE INGRESS. The gateway does not answer through it within ${INGRESS_MS / 1000} s`);
  } else report('NOT TESTED: THE INGRESS. There is no ingress controller in this cluster');
  const { url, stop } = await forwardPort(cluster.context, 'gateway', 80);
  return { by: 'kubectl port-forward', url, stop };
}

async function findIngress(cluster: Cluster): Promise<{ url: string; host: string } | undefined> {
  const output = await cluster.ask(['--namespace', NAMESPACE, 'get', 'ingress', 'gateway', '-o', 'json']);
  const { spec, status } = JSON.parse(output) as Ingress;
  const host = spec.rules?.[0]?.host;
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname);
  // On the only node of a cluster, port 80 of the machine itself often belongs to the controller.
  for (const address of ['127.0.0.1', ...addresses])
    if (host !== undefined && address !== undefined && (await isGateway(`http://${address}`, host)))
      return { url: `http://${address}`, host };
  return undefined;
}

async function isGateway(url: string, host: string): Promise<boolean> {
  try {
    const reply = await request(`${url}/readyz`, { headers: { host }, signal: AbortSignal.timeout(ASK_MS) });
    const body = (await reply.body.json()) as { checks?: object };
    return reply.statusCode === 200 && typeof body.checks === 'object';
  } catch {
    return false;
  }
}
