import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../../../deploy/docker/image-names.ts';
import {
  clusterOverlayFolder,
  traitsOf,
  writeClusterOverlay,
} from '../../../../deploy/kubernetes/overlay.ts';
import { ensureKustomize, render } from './kustomize.ts';
import { renderedOverlays } from './rendered.ts';

const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;

test('writeClusterOverlay adds the images, KEDA and the public URL of a cluster to an overlay', {
  skip,
}, async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'mp3converter-kubernetes-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const images = {
    ...DEFAULTS,
    GATEWAY_IMAGE: 'registry.example.com:5000/team/gateway:1',
    MONGODB_IMAGE: 'mine/mongo:8',
  };
  const folder = clusterOverlayFolder(dataDir, 'arn:aws:eks:eu-west-1:1:cluster/a');
  assert.equal(path.dirname(folder), path.join(dataDir, 'kubernetes'));
  writeClusterOverlay(folder, {
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

for (const [overlay, traits] of [
  ['minikube', { hasMailSink: true, needsKeda: false }],
  ['production', { hasMailSink: false, needsKeda: true }],
] as const)
  test(`traitsOf recognises the mail sink and the scaler of the overlay ${overlay}`, { skip }, async ({
    signal,
  }) => {
    const kustomize = await ensureKustomize({ report: () => {}, signal });
    const ask = ([, folder = '']: string[]) => render(kustomize, folder, signal);
    assert.deepEqual(await traitsOf(overlay, { ask }), traits);
  });
