import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { detectHost, isUnknownKindError } from '../../../../deploy/kubernetes/cluster.ts';
import { readDeploymentRecord, recordDeployment } from '../../../../deploy/kubernetes/namespace.ts';
import { overlayFolder, splitImage } from '../../../../deploy/kubernetes/overlay.ts';
import { checkVersions } from '../../../../deploy/kubernetes/versions.ts';

const overlays = readdirSync(path.resolve(import.meta.dirname, '../../../../deploy/kubernetes/overlays'));

for (const [image, newName, newTag] of [
  ['mp3converter/gateway:dev', 'mp3converter/gateway', 'dev'],
  ['registry.example.com:5000/team/gateway:1', 'registry.example.com:5000/team/gateway', '1'],
  ['registry.example.com:5000/team/gateway', 'registry.example.com:5000/team/gateway', 'latest'],
  ['rabbitmq:4.2', 'rabbitmq', '4.2'],
] as const)
  test(`splitImage splits ${image} into ${newName} and ${newTag}`, () =>
    assert.deepEqual(splitImage(image), { newName, newTag }));

const nodes = (labels: Record<string, string>) => ({ items: [{ metadata: { labels } }] });
for (const [context, labels, expected] of [
  ['minikube', { 'minikube.k8s.io/name': 'minikube' }, { kind: 'minikube', profile: 'minikube' }],
  ['my-name', { 'minikube.k8s.io/name': 'other' }, { kind: 'minikube', profile: 'other' }],
  ['kind-dev', {}, { kind: 'kind', name: 'dev' }],
  ['admin@cloud', {}, { kind: 'other' }],
] as const)
  test(`detectHost recognises the cluster of the context ${context} as ${expected.kind}`, () =>
    assert.deepEqual(detectHost(context, nodes(labels)), expected));

test('overlayFolder names the existing overlays when one does not exist', () => {
  for (const name of overlays)
    assert.throws(() => overlayFolder('prod'), new RegExp(`--overlay is prod; it may be .*\\b${name}\\b`));
});

const versions = (kubectl: string, cluster: string) => ({
  clientVersion: { major: '1', minor: kubectl },
  serverVersion: { major: '1', minor: cluster },
});
for (const [kubectl, cluster, expectedError] of [
  ['27', '29+', undefined],
  ['36', '34', undefined],
  ['26', '34', /kubectl has version 1\.26/],
  ['34', '28', /The cluster has version 1\.28/],
] as const)
  test(`checkVersions ${expectedError ? 'refuses' : 'accepts'} kubectl 1.${kubectl} with a cluster of version 1.${cluster}`, () => {
    const check = () => checkVersions(versions(kubectl, cluster));
    if (expectedError === undefined) check();
    else assert.throws(check, expectedError);
  });

test('recordDeployment stores the options that readDeploymentRecord returns', async () => {
  const annotations: Record<string, string> = {};
  const cluster = {
    ask: async () => JSON.stringify({ metadata: { annotations } }),
    call: async (_what: string, [, , , ...args]: string[]) => {
      for (const [, name = '', value = ''] of args.flatMap((arg) => [/^(.+?)=(.*)$/.exec(arg) ?? []]))
        if (name) annotations[name] = value;
      return '';
    },
  };
  await recordDeployment(cluster, { overlay: 'production', publicUrl: 'https://mp3.example.com/?a=b' });
  await recordDeployment(cluster, { overlay: 'production' });
  assert.deepEqual(await readDeploymentRecord(cluster), {
    overlay: 'production',
    publicUrl: 'https://mp3.example.com/?a=b',
  });
});

test('readDeploymentRecord returns undefined options for a cluster without the namespace', async () => {
  assert.deepEqual(await readDeploymentRecord({ ask: async () => '' }), {
    overlay: undefined,
    publicUrl: undefined,
  });
});

for (const [name, message, expected] of [
  ['does not know the kind', `error: the server doesn't have a resource type "scaledobject"`, true],
  ['is slow', 'Error from server (Timeout): the server was unable to return a response in time', false],
  ['denies access', 'Error from server (Forbidden): customresourcedefinitions is forbidden', false],
] as const)
  test(`isUnknownKindError returns ${expected} for a cluster that ${name}`, () =>
    assert.equal(isUnknownKindError(new Error(message)), expected));
