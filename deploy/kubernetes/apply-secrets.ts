import { type Cluster, NAMESPACE } from './cluster.ts';
import { completeSecrets, type Given, type Secrets } from './secret-objects.ts';

interface SecretList {
  items: { metadata: { name: string }; data?: Record<string, string> }[];
}

/**
 * Creates the secrets that are missing in the cluster, which is the only place where they are kept. Returns the names of those
 * that changed. Values pass through kubectl's standard input. They are applied on the server side, because client-side apply
 * leaves a copy in an annotation.
 */
export async function applySecrets(
  cluster: Pick<Cluster, 'ask' | 'call'>,
  given: Given,
  hasMailSink: boolean,
): Promise<string[]> {
  const { items } = JSON.parse(
    await cluster.ask(['get', 'secrets', '--namespace', NAMESPACE, '-o', 'json']),
  ) as SecretList;
  const existing = Object.fromEntries(items.map(({ metadata, data = {} }) => [metadata.name, decode(data)]));
  const wanted = completeSecrets(existing, given, hasMailSink);
  const changed = Object.entries(wanted).filter(([name, keys]) =>
    Object.entries(keys).some(([key, value]) => existing[name]?.[key] !== value),
  );
  if (changed.length > 0)
    await cluster.call(
      'Writing secrets',
      ['apply', '--server-side', '--force-conflicts', '--field-manager=mp3converter', '-f', '-'],
      { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: changed.map(toObject) }) },
    );
  return changed.map(([name]) => name);
}

/** Server-side apply keeps keys that are not in this object, such as those of other components. */
const toObject = ([name, keys]: [string, Secrets[string]]): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': NAMESPACE } },
  type: 'Opaque',
  data: Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

const decode = (data: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
