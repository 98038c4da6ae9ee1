import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, SERVICES } from '../../../../deploy/docker/image-names.ts';
import { describeOverlays } from './describe-overlays.ts';
import { manifestsOf, workloadsOf } from './rendered.ts';

const clusterScoped = new Set(['Namespace', 'PriorityClass']);

await describeOverlays((manifests) => {
  const workloads = workloadsOf(manifests);
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);

  test('every object has a unique name, and the right namespace', () => {
    const names = manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    for (const { kind, metadata } of manifests)
      assert.equal(metadata.namespace, clusterScoped.has(kind) ? undefined : 'mp3converter', metadata.name);
  });

  test('no object contains a secret', () => {
    assert.deepEqual(ofKind('Secret'), []);
    for (const { metadata, data = {} } of ofKind('ConfigMap'))
      for (const [key, value] of Object.entries(data)) {
        if (key !== 'PUBLIC_URL') assert.doesNotMatch(key, /password|secret|token|url$/i, metadata.name);
        assert.doesNotMatch(value, /:\/\/[^\s/`$]+:[^\s/`$]+@/, metadata.name);
      }
    for (const { containers } of workloads)
      for (const { env = [] } of containers)
        for (const { name, value } of env)
          if (/pass|secret|token|key|_url$/i.test(name)) assert.equal(value, undefined, name);
  });

  test('every image is one that npm run images builds or pulls', () => {
    const known: string[] = Object.values(DEFAULTS);
    for (const { containers } of workloads)
      for (const { image } of containers) assert.ok(known.includes(image), image);
  });

  test('every component and subscription has existing services as its scopes, and never auth', () => {
    const scoped = ['Component', 'Subscription'].flatMap((kind) => ofKind(kind, 'dapr.io'));
    assert.ok(scoped.length >= 5);
    for (const { metadata, scopes = [] } of scoped) {
      assert.ok(scopes.length > 0, metadata.name);
      for (const scope of scopes) assert.ok((SERVICES as readonly string[]).includes(scope), scope);
      assert.ok(!scopes.includes('auth'), 'auth uses no component');
    }
  });
});
