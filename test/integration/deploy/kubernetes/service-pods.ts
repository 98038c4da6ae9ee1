import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';
import { parseDaprYaml } from '../../../../deploy/local/system/dapr-yaml.ts';
import { authEnvironment } from '../../../../services/auth/config.ts';
import { converterEnvironment } from '../../../../services/converter/config.ts';
import { gatewayEnvironment } from '../../../../services/gateway/config.ts';
import { notificationEnvironment } from '../../../../services/notification/config.ts';
import { type Container, type Manifest, manifestsOf, type Workload, workloadsOf } from './rendered.ts';

export const root = path.resolve(import.meta.dirname, '../../../..');

/** The services as dapr.yaml describes them. */
export const apps = parseDaprYaml(readFileSync(path.join(root, 'dapr.yaml'), 'utf8'), root);

/** The schema of each service's environment. */
export const SCHEMAS: Record<string, z.ZodObject> = {
  auth: authEnvironment,
  converter: converterEnvironment,
  gateway: gatewayEnvironment,
  notification: notificationEnvironment,
};

/** All secrets that npm run secrets creates. */
export const secrets = completeSecrets({}, {}, true);

/** The workload of a service, and its container `app`. */
export function podOf(manifests: readonly Manifest[], service: string): Workload & { app: Container } {
  const found = workloadsOf(manifests).find(({ name }) => name === service);
  const app = found?.containers.find(({ name }) => name === 'app');
  assert.ok(found && app, `${service} exists`);
  return { ...found, app };
}

/** The environment of a service, from its ConfigMaps, its own variables and the secrets. */
export function environmentOf(manifests: readonly Manifest[], service: string): Record<string, string> {
  const { app } = podOf(manifests, service);
  const maps = (app.envFrom ?? []).map(({ configMapRef }) =>
    manifestsOf(manifests, 'ConfigMap').find(({ metadata }) => metadata.name === configMapRef?.name),
  );
  const own = (app.env ?? []).flatMap(({ name, value, valueFrom }) => {
    const { name: secret = '', key = '', optional = false } = valueFrom?.secretKeyRef ?? {};
    const found = value ?? secrets[secret]?.[key];
    if (found === undefined && optional) return [];
    return [[name, found ?? `there is no ${secret}/${key}`]];
  });
  return Object.assign({}, ...maps.map((map) => map?.data), Object.fromEntries(own));
}
