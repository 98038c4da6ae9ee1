import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readEnvironment } from '../../../../services/shared/runtime/config.ts';
import { describeOverlays } from './describe-overlays.ts';
import { apps, environmentOf, podOf, root, SCHEMAS } from './service-pods.ts';

const base = path.join(root, 'deploy/kubernetes/base');
const sharedAnnotations: Record<string, string> = parse(
  readFileSync(path.join(base, 'every-service.yaml'), 'utf8'),
).spec.template.metadata.annotations;

await describeOverlays((manifests) => {
  for (const { appId, daprdFlags } of apps) {
    test(`the sidecar of ${appId} has all options of dapr.yaml`, () => {
      const { annotations } = podOf(manifests, appId);
      assert.equal(annotations['dapr.io/app-id'], appId);
      for (const flag of daprdFlags) {
        const [, name, value = 'true'] = /^--([\w-]+)(?:=(.*))?$/.exec(flag) ?? [];
        assert.equal(annotations[`dapr.io/${name}`], value, flag);
      }
    });

    test(`the sidecar of ${appId} has the environment that all sidecars share`, () => {
      const own = podOf(manifests, appId).annotations['dapr.io/env']?.split(',');
      const shared = sharedAnnotations['dapr.io/env']?.split(',') ?? [];
      assert.ok(shared.length > 0);
      for (const each of shared) assert.ok(own?.includes(each), each);
    });

    test(`${appId} knows every variable of its environment and accepts the values`, () => {
      const env = environmentOf(manifests, appId);
      const schema = SCHEMAS[appId];
      assert.ok(schema);
      assert.deepEqual(
        Object.keys(env).filter((name) => !(name in schema.shape)),
        [],
      );
      readEnvironment(schema, env);
    });
  }
});
