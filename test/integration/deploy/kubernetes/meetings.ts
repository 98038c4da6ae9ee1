import { type Manifest, manifestsOf, type Workload, workloadsOf } from './rendered.ts';
import { type Selector, selects } from './selector.ts';

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface Port {
  /** A number, or a name that a container of the pod that is met gives it. */
  port?: number | string;
  endPort?: number;
  protocol?: string;
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: Port[];
}

/** What is said of both, for a missing list as for an empty one: everything. */
const orAll = <T>(list: T[] | undefined): (T | undefined)[] => (list?.length ? list : [undefined]);

/** Everything that the NetworkPolicies let pods do, as `mysql ← auth: 3306` and `auth → mysql: 3306`, each once. */
export function meetingsOf(manifests: readonly Manifest[]): string[] {
  const policies = manifestsOf(manifests, 'NetworkPolicy', 'networking.k8s.io/').map(({ spec }) => spec);
  const workloads = workloadsOf(manifests);
  const found = new Set<string>();
  for (const workload of workloads)
    for (const [type, way, arrow] of [
      ['Ingress', 'ingress', '←'],
      ['Egress', 'egress', '→'],
    ] as const) {
      const own = policies.filter(
        (spec) => typesOf(spec).includes(type) && selects(spec.podSelector, workload.labels),
      );
      // Of whom none speaks, everything is allowed.
      const rules: Rule[] = own.length === 0 ? [{}] : own.flatMap((spec) => spec[way] ?? []);
      for (const { from, to, ports } of rules)
        for (const who of orAll(from ?? to).flatMap((peer) => namesOf(peer, workloads)))
          for (const port of orAll(ports)) {
            const met = way === 'ingress' ? workload : workloads.find(({ name }) => name === who);
            found.add(`${workload.name} ${arrow} ${who}: ${portOf(port, met)}`);
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
    const pods = podSelector ? `, of it ${JSON.stringify(podSelector)}` : '';
    const { 'kubernetes.io/metadata.name': name, ...more } = namespaceSelector.matchLabels ?? {};
    const isNamed = name && Object.keys(more).length === 0 && !namespaceSelector.matchExpressions;
    return [`namespace ${isNamed ? name : JSON.stringify(namespaceSelector)}${pods}`];
  }
  return podSelector ? podsOf(podSelector, workloads) : ['anywhere'];
}

/** Workloads; and what else in the namespace would be met, were it there, in the selector's own words. */
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

function portOf({ port, endPort, protocol = 'TCP' }: Port = {}, met?: Workload): string {
  const named = met?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port);
  const number = named?.containerPort ?? port ?? 'any port';
  return `${number}${endPort ? `-${endPort}` : ''}${protocol === 'TCP' ? '' : `/${protocol}`}`;
}
