import { request } from 'undici';
import type { Ingress } from '../../deploy/kubernetes/addresses.ts';
import { type Cluster, NAMESPACE } from '../../deploy/kubernetes/cluster.ts';
import type { Report } from '../../deploy/process/run.ts';
import { within } from '../load/within.ts';
import { forward } from './port-forward.ts';

/** How users get in. */
export interface Door {
  readonly by: 'the Ingress' | 'kubectl port-forward';
  readonly url: string;
  /** The name of the Ingress, which each request has to say. */
  readonly host?: string;
  stop(): Promise<void>;
}

const ASK_MS = 15_000;
/** For a controller to hear of a new Ingress, and to give it an address. */
const INGRESS_MS = 3 * 60_000;

/** Where the gateway answers to the name of the Ingress; else a forwarded port. */
export async function openDoor(cluster: Cluster, report: Report): Promise<Door> {
  if (await cluster.has('ingressclasses.networking.k8s.io')) {
    const found = await within(INGRESS_MS, () => throughIngress(cluster));
    if (found) return { by: 'the Ingress', ...found, stop: async () => {} };
    report(`NOT TESTED: THE INGRESS. By it the gateway does not answer within ${INGRESS_MS / 1000} s`);
  } else report('NOT TESTED: THE INGRESS. There is no ingress controller in this cluster');
  const { url, stop } = await forward(cluster.context, 'gateway', 80);
  return { by: 'kubectl port-forward', url, stop };
}

async function throughIngress(cluster: Cluster): Promise<{ url: string; host: string } | undefined> {
  const said = await cluster.ask(['--namespace', NAMESPACE, 'get', 'ingress', 'gateway', '-o', 'json']);
  const { spec, status } = JSON.parse(said) as Ingress;
  const host = spec.rules?.[0]?.host;
  const told = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname);
  // On the machine of a cluster that has one node, its own port 80 often is the controller's.
  for (const address of ['127.0.0.1', ...told])
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
