import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectHost, isUnknownKindError } from '../../../../deploy/kubernetes/cluster.ts';

const nodes = (labels: Record<string, string>) => ({ items: [{ metadata: { labels } }] });
for (const [context, labels, expected] of [
  ['minikube', { 'minikube.k8s.io/name': 'minikube' }, { kind: 'minikube', profile: 'minikube' }],
  ['my-name', { 'minikube.k8s.io/name': 'other' }, { kind: 'minikube', profile: 'other' }],
  ['kind-dev', {}, { kind: 'kind', name: 'dev' }],
  ['admin@cloud', {}, { kind: 'other' }],
] as const)
  test(`detectHost recognises the cluster of the context ${context} as ${expected.kind}`, () =>
    assert.deepEqual(detectHost(context, nodes(labels)), expected));

for (const [name, message, expected] of [
  ['does not know the kind', `error: the server doesn't have a resource type "scaledobject"`, true],
  ['is slow', 'Error from server (Timeout): the server was unable to return a response in time', false],
  ['denies access', 'Error from server (Forbidden): customresourcedefinitions is forbidden', false],
] as const)
  test(`isUnknownKindError returns ${expected} for a cluster that ${name}`, () =>
    assert.equal(isUnknownKindError(new Error(message)), expected));
