import { type Manifest, manifestsOf, type Workload, workloadsOf } from './rendered.ts';
import { type Selector, selects } from './selector.ts';

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface Port {
  /** A number, or the name of a port of the pod that accepts the connection. */
  port?: number | string;
  endPort?: number;
  protocol?: string;
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: Port[];
}

/** In a NetworkPolicy, a missing list and an empty one both mean everything, which is one undefined element here. */
const orEverything = <T>(list: T[] | undefined): (T | undefined)[] => (list?.length ? list : [undefined]);

/** Lists every connection that the NetworkPolicies allow: `mysql ← auth: 3306` is accepted by mysql, `auth → mysql: 3306` opened by auth. */
export function allowedConnections(manifests: readonly Manifest[]): string[] {
  const policies = manifestsOf(manifests, 'NetworkPolicy', 'networking.k8s.io/').map(({ spec }) => spec);
  const workloads = workloadsOf(manifests);
  const found = new Set<string>();
  for (const workload of workloads)
    for (const [type, direction, arrow] of [
      ['Ingress', 'ingress', '←'],
      ['Egress', 'egress', '→'],
    ] as const) {
      const own = policies.filter(
        (spec) => typesOf(spec).includes(type) && selects(spec.podSelector, workload.labels),
      );
      // A pod that no policy selects may do everything.
      const rules: Rule[] = own.length === 0 ? [{}] : own.flatMap((spec) => spec[direction] ?? []);
      for (const { from, to, ports } of rules)
        for (const peer of orEverything(from ?? to).flatMap((each) => namesOf(each, workloads)))
          for (const port of orEverything(ports)) {
            const server = direction === 'ingress' ? workload : workloads.find(({ name }) => name === peer);
            found.add(`${workload.name} ${arrow} ${peer}: ${portOf(port, server)}`);
          }
    }
  return [...found].sort();
}

const typesOf = (spec: { policyTypes?: string[]; egress?: Rule[] }): string[] =>
  spec.policyTypes ?? ['Ingress', ...(spec.egress ? ['Egress'] : [])];

function namesOf(peer: Peer | undefined, workloads: readonly Workload[]): string[] {
  const { podSelector, namespaceSelector, ipBlock } = peer ?? {};
  if (ipBlock) return [[ipBlock.cidr, ...(ipBlock.except ?? [])].join(' without ')];
  if (namespaceSelector) {
    const pods = podSelector ? `, pods ${JSON.stringify(podSelector)}` : '';
    const { 'kubernetes.io/metadata.name': name, ...more } = namespaceSelector.matchLabels ?? {};
    const isNamed = name && Object.keys(more).length === 0 && !namespaceSelector.matchExpressions;
    return [`namespace ${isNamed ? name : JSON.stringify(namespaceSelector)}${pods}`];
  }
  return podSelector ? podsOf(podSelector, workloads) : ['anywhere'];
}

/** The workloads that a selector matches. A label that no workload has is returned as it is, since a future pod could have it. */
function podsOf(selector: Selector, workloads: readonly Workload[]): string[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const [only, ...more] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...matchExpressions,
  ];
  if (only?.operator !== 'In' || more.length > 0) return [`pods ${JSON.stringify(selector)}`];
  return (only.values ?? []).flatMap((value) => {
    const found = workloads.filter(({ labels }) => labels[only.key] === value).map(({ name }) => name);
    return found.length > 0 ? found : [`${only.key}=${value}`];
  });
}

function portOf({ port, endPort, protocol = 'TCP' }: Port = {}, server?: Workload): string {
  const named = server?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port);
  const number = named?.containerPort ?? port ?? 'any port';
  return `${number}${endPort ? `-${endPort}` : ''}${protocol === 'TCP' ? '' : `/${protocol}`}`;
}
