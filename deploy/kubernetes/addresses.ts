import { type Cluster, NAMESPACE } from './cluster.ts';

/** The fields of an Ingress that are used here. */
export interface Ingress {
  spec: { rules?: { host?: string }[]; tls?: object[] };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

/** Describes in lines of text how users and operators reach the system. */
export async function describeAddresses(cluster: Cluster): Promise<string[]> {
  const inNamespace = ['--namespace', NAMESPACE];
  const get = ['get', 'ingress', 'gateway', '-o', 'json', '--ignore-not-found'];
  const json = await cluster.ask([...inNamespace, ...get]);
  const { spec, status } = JSON.parse(json || '{"spec":{}}') as Ingress;
  const host = spec.rules?.[0]?.host ?? 'mp3converter.com';
  const [{ ip, hostname } = {}] = status?.loadBalancer?.ingress ?? [];
  const lines = [
    'From this machine, without a host name:',
    `  kubectl -n ${NAMESPACE} port-forward service/gateway 8080:80    # http://localhost:8080`,
  ];
  if (await cluster.has('service/maildev'))
    lines.push(
      `  kubectl -n ${NAMESPACE} port-forward service/maildev 1080:1080  # mails: http://localhost:1080`,
    );
  lines.push(`Through the Ingress, ${spec.tls === undefined ? 'http' : 'https'}://${host}:`);
  const { host: nodes } = cluster;
  if (nodes.kind === 'minikube') {
    const minikube = nodes.profile === 'minikube' ? 'minikube' : `minikube -p ${nodes.profile}`;
    lines.push(
      `  ${minikube} addons enable ingress`,
      ...(process.platform === 'linux'
        ? [`  echo "$(${minikube} ip) ${host}" | sudo tee -a /etc/hosts`]
        : [
            `  ${minikube} tunnel                                      # keep it running`,
            `  echo '127.0.0.1 ${host}' | sudo tee -a /etc/hosts`,
          ]),
    );
  } else if (ip !== undefined || hostname === 'localhost')
    lines.push(`  echo '${ip ?? '127.0.0.1'} ${host}' | sudo tee -a /etc/hosts`);
  else if (hostname !== undefined) lines.push(`  create a CNAME record from ${host} to ${hostname}`);
  else lines.push('  no ingress controller has assigned an address yet: kubectl get ingress -A');
  return lines;
}
