import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../../../deploy/docker/image-names.ts';
import { hostOf, isUnknownKind } from '../../../../deploy/kubernetes/cluster.ts';
import { remember, remembered } from '../../../../deploy/kubernetes/namespace.ts';
import {
  choiceFolder,
  overlayFolder,
  splitImage,
  traitsOf,
  writeChoice,
} from '../../../../deploy/kubernetes/overlay.ts';
import { checkVersions } from '../../../../deploy/kubernetes/versions.ts';
import { ensureKustomize, render } from './kustomize.ts';
import { OVERLAYS, renderedOverlays } from './rendered.ts';

const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;

for (const [image, newName, newTag] of [
  ['mp3converter/gateway:dev', 'mp3converter/gateway', 'dev'],
  ['registry.example.com:5000/team/gateway:1', 'registry.example.com:5000/team/gateway', '1'],
  ['registry.example.com:5000/team/gateway', 'registry.example.com:5000/team/gateway', 'latest'],
  ['rabbitmq:4.2', 'rabbitmq', '4.2'],
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
  const folder = choiceFolder(dataDir, 'arn:aws:eks:eu-west-1:1:cluster/a');
  assert.equal(path.dirname(folder), path.join(dataDir, 'kubernetes'));
  writeChoice(folder, {
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

const versions = (kubectl: string, cluster: string) => ({
  clientVersion: { major: '1', minor: kubectl },
  serverVersion: { major: '1', minor: cluster },
});
for (const [kubectl, cluster, complaint] of [
  ['27', '29+', undefined],
  ['36', '34', undefined],
  ['26', '34', /kubectl is of version 1\.26/],
  ['34', '28', /The cluster is of version 1\.28/],
] as const)
  test(`kubectl 1.${kubectl} and a cluster of 1.${cluster} ${complaint ? 'will not do' : 'will do'}`, () => {
    const check = () => checkVersions(versions(kubectl, cluster));
    if (complaint === undefined) check();
    else assert.throws(check, complaint);
  });

test('a cluster remembers what it was brought up with', async () => {
  const annotations: Record<string, string> = {};
  const cluster = {
    ask: async () => JSON.stringify({ metadata: { annotations } }),
    call: async (_what: string, [, , , ...args]: string[]) => {
      for (const [, name = '', value = ''] of args.flatMap((arg) => [/^(.+?)=(.*)$/.exec(arg) ?? []]))
        if (name) annotations[name] = value;
      return '';
    },
  };
  await remember(cluster, { overlay: 'production', publicUrl: 'https://mp3.example.com/?a=b' });
  await remember(cluster, { overlay: 'production' });
  assert.deepEqual(await remembered(cluster), {
    overlay: 'production',
    publicUrl: 'https://mp3.example.com/?a=b',
  });
});

test('a cluster without it remembers nothing', async () => {
  assert.deepEqual(await remembered({ ask: async () => '' }), { overlay: undefined, publicUrl: undefined });
});

for (const [overlay, traits] of [
  ['minikube', { hasMailSink: true, needsKeda: false }],
  ['production', { hasMailSink: false, needsKeda: true }],
] as const)
  test(`what the overlay ${overlay} brings is read off it`, { skip }, async ({ signal }) => {
    const kustomize = await ensureKustomize({ report: () => {}, signal });
    const ask = ([, folder = '']: string[]) => render(kustomize, folder, signal);
    assert.deepEqual(await traitsOf(overlay, { ask }), traits);
  });

for (const [name, message, expected] of [
  ['has never heard of such a kind', `error: the server doesn't have a resource type "scaledobject"`, true],
  ['is slow', 'Error from server (Timeout): the server was unable to return a response in time', false],
  ['says no', 'Error from server (Forbidden): customresourcedefinitions is forbidden', false],
] as const)
  test(`a cluster that ${name}`, () => assert.equal(isUnknownKind(new Error(message)), expected));
