import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { describeOverlays } from './describe-overlays.ts';
import { manifestsOf, workloadsOf } from './rendered.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
await describeOverlays((manifests) => {
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);

  test('only the gateway may call auth and the converter through Dapr, and only on the routes that it uses', () => {
    const accessControlOf = (service: string) => {
      const pod = workloadsOf(manifests).find(({ name }) => name === service);
      const name = pod?.annotations['dapr.io/config'];
      return ofKind('Configuration', 'dapr.io').find(({ metadata }) => metadata.name === name)?.spec
        .accessControl;
    };
    const sourceOf = (folder: string): string =>
      globSync(`services/gateway/${folder}/*.ts`, { cwd: root })
        .map((file) => readFileSync(path.join(root, file), 'utf8'))
        .join('');
    const routesIn = (folder: string, pattern: RegExp): string[] => [
      ...new Set([...sourceOf(folder).matchAll(pattern)].map(([, route = '']) => route)),
    ];
    const posted = routesIn('accounts', /path: '(\/[\w/]+)'/g).map((route) => `POST ${route}`);
    const keys = routesIn('accounts', /= '(\/\.well-known[^']+)'/g).map((route) => `GET ${route}`);
    const users = routesIn('sweep', /`(\/\w+)\?/g).map((route) => `GET ${route}`);
    assert.ok(posted.length === 6 && keys.length === 1 && users.length === 1);
    const probes = routesIn('probe', /path: '(\/\w+)'/g).map((route) => `POST ${route}`);
    assert.equal(probes.length, 1);
    for (const [service, routes] of Object.entries({
      auth: [...posted, ...keys, ...users],
      converter: probes,
    })) {
      const { defaultAction, policies } = accessControlOf(service);
      assert.equal(defaultAction, 'deny');
      assert.deepEqual(
        policies.map(({ appId, namespace, defaultAction }: Record<string, string>) => [
          appId,
          namespace,
          defaultAction,
        ]),
        [['gateway', 'mp3converter', 'deny']],
      );
      const allowed = policies[0].operations.map(
        ({ name, httpVerb, action }: { name: string; httpVerb: string[]; action: string }) =>
          `${action === 'allow' ? '' : `${action} `}${httpVerb.join()} ${name}`,
      );
      assert.deepEqual(allowed.sort(), routes.sort());
    }
    const { defaultAction, policies } = accessControlOf('notification');
    assert.deepEqual([defaultAction, policies], ['deny', undefined]);
  });
});
