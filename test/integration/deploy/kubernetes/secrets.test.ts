import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';
import { describeOverlays } from './describe-overlays.ts';
import { manifestsOf, workloadsOf } from './rendered.ts';
import { apps, podOf } from './service-pods.ts';

await describeOverlays((manifests) => {
  const workloads = workloadsOf(manifests);
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);

  test('npm run secrets creates every secret that an object refers to', () => {
    const refs = workloads.flatMap(({ containers, annotations }) => [
      ...containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])),
      ...['dapr.io/api-token-secret', 'dapr.io/app-token-secret'].flatMap((key) => {
        const name = annotations[key];
        return name === undefined ? [] : { name, key: 'token' };
      }),
    ]);
    const ofComponents = ofKind('Component', 'dapr.io').flatMap(({ spec }) =>
      spec.metadata.flatMap(
        ({ secretKeyRef }: { secretKeyRef?: { name: string; key: string } }) => secretKeyRef ?? [],
      ),
    );
    const ofKeda = ofKind('TriggerAuthentication').flatMap(({ spec }) => spec.secretTargetRef);
    assert.ok(ofComponents.length > 5);
    // What is optional is there once an operator sets it.
    const all = completeSecrets({}, { OIDC_PROVIDERS: '[]' }, true);
    for (const { name, key } of [...refs, ...ofComponents, ...ofKeda])
      assert.notEqual(all[name]?.[key], undefined, `${name}/${key}`);
  });

  test('every component gets its secrets from the cluster, through the operator of Dapr', () => {
    for (const { auth } of ofKind('Component', 'dapr.io')) assert.equal(auth?.secretStore, 'kubernetes');
  });

  test('every sidecar has a configuration that denies services the access to secrets', () => {
    const configurations = ofKind('Configuration', 'dapr.io');
    for (const { appId } of apps) {
      const name = podOf(manifests, appId).annotations['dapr.io/config'];
      const found = configurations.find(({ metadata }) => metadata.name === name);
      const scopes = found?.spec.secrets.scopes as { storeName: string; defaultAccess: string }[];
      assert.equal(scopes.find(({ storeName }) => storeName === 'kubernetes')?.defaultAccess, 'deny');
      assert.deepEqual(found?.spec.tracing, { samplingRate: '0' });
    }
  });
});
