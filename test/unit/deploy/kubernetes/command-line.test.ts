import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../../../deploy/docker/image-names.ts';
import { hostOf } from '../../../../deploy/kubernetes/cluster.ts';
import { overlayFolder, splitImage, writeOverlay } from '../../../../deploy/kubernetes/overlay.ts';
import { ensureKustomize, render } from './kustomize.ts';
import { OVERLAYS, renderedOverlays } from './rendered.ts';

const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;

for (const [image, newName, newTag] of [
  ['mp3converter/gateway:dev', 'mp3converter/gateway', 'dev'],
  ['registry.example.com:5000/team/gateway:1', 'registry.example.com:5000/team/gateway', '1'],
  ['registry.example.com:5000/team/gateway', 'registry.example.com:5000/team/gateway', 'latest'],
  ['rabbitmq:4.1', 'rabbitmq', '4.1'],
] as const)
  test(`the tag of ${image}`, () => assert.deepEqual(splitImage(image), { newName, newTag }));

const nodes = (labels: Record<string, string>) => ({ items: [{ metadata: { labels } }] });
for (const [context, labels, expected] of [
  ['minikube', { 'minikube.k8s.io/name': 'minikube' }, { kind: 'minikube', profile: 'minikube' }],
  ['my-name', { 'minikube.k8s.io/name': 'other' }, { kind: 'minikube', profile: 'other' }],
  ['kind-dev', {}, { kind: 'kind', name: 'dev' }],
  ['admin@cloud', {}, { kind: 'other' }],
] as const)
  test(`images get to the nodes of ${context} by ${expected.kind}`, () =>
    assert.deepEqual(hostOf(context, nodes(labels)), expected));

test('an overlay that is not there is named, with those that are', () => {
  for (const name of OVERLAYS)
    assert.throws(() => overlayFolder('prod'), new RegExp(`--overlay is prod; it may be .*\\b${name}\\b`));
});

test('what was chosen for a cluster is laid over an overlay, and reaches its pods', { skip }, async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'mp3converter-kubernetes-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const images = {
    ...DEFAULTS,
    GATEWAY_IMAGE: 'registry.example.com:5000/team/gateway:1',
    MONGODB_IMAGE: 'mine/mongo:8',
  };
  const folder = writeOverlay(dataDir, {
    ...{ overlay: 'minikube', images, publicUrl: 'https://mp3.example.com', keda: true },
  });
  const kustomize = await ensureKustomize({ report: () => {}, signal: t.signal });
  const text = await render(kustomize, folder, t.signal);
  const used = new Set([...text.matchAll(/ image: (\S+)/g)].map(([, image]) => image));
  const { GATEWAY_IMAGE, MONGODB_IMAGE, RABBITMQ_IMAGE, AUTH_IMAGE } = images;
  for (const image of [GATEWAY_IMAGE, MONGODB_IMAGE, RABBITMQ_IMAGE, AUTH_IMAGE])
    assert.ok(used.has(image), image);
  for (const image of [DEFAULTS.GATEWAY_IMAGE, DEFAULTS.MONGODB_IMAGE]) assert.ok(!used.has(image), image);
  assert.match(text, /kind: ScaledObject/);
  assert.doesNotMatch(text, /kind: HorizontalPodAutoscaler/);
  assert.match(text, /PUBLIC_URL: https:\/\/mp3\.example\.com/);
});
