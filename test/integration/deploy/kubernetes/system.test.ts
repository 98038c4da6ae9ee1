import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import type { z } from 'zod';
import { DEFAULTS, SERVICES } from '../../../../deploy/docker/image-names.ts';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';
import { parseDaprYaml } from '../../../../deploy/local/system/dapr-yaml.ts';
import { authEnvironment } from '../../../../services/auth/config.ts';
import { converterEnvironment } from '../../../../services/converter/config.ts';
import { environment as gatewayEnvironment } from '../../../../services/gateway/config.ts';
import { notificationEnvironment } from '../../../../services/notification/config.ts';
import { readEnvironment } from '../../../../services/shared/runtime/config.ts';
import { type Manifest, manifestsOf, renderedOverlays, workloadsOf } from './rendered.ts';
import { selects } from './selector.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const apps = parseDaprYaml(readFileSync(path.join(root, 'dapr.yaml'), 'utf8'), root);
const base = path.join(root, 'deploy/kubernetes/base');
const sharedAnnotations: Record<string, string> = parse(
  readFileSync(path.join(base, 'every-service.yaml'), 'utf8'),
).spec.template.metadata.annotations;
const SCHEMAS: Record<string, z.ZodObject> = {
  auth: authEnvironment,
  converter: converterEnvironment,
  gateway: gatewayEnvironment,
  notification: notificationEnvironment,
};
const secrets = completeSecrets({}, {}, true);
const clusterScoped = new Set(['Namespace', 'PriorityClass']);
/** Longer than the kubelet takes to send a signal. */
const SLACK_SECONDS = 4;
/** The shortest interval at which the sidecar of a caller (gRPC) resolves the addresses of the service that it calls. */
const RESOLUTION_SECONDS = 30;

const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('the manifests are rendered', { skip: rendered }, () => {});
else
  for (const [overlay, manifests] of Object.entries(rendered))
    describe(`the overlay ${overlay}`, () => check(manifests));

function check(manifests: readonly Manifest[]): void {
  const workloads = workloadsOf(manifests);
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);
  const podOf = (service: string) => {
    const found = workloads.find(({ name }) => name === service);
    const app = found?.containers.find(({ name }) => name === 'app');
    assert.ok(found && app, `${service} exists`);
    return { ...found, app };
  };
  const environmentOf = (service: string): Record<string, string> => {
    const { app } = podOf(service);
    const maps = (app.envFrom ?? []).map(({ configMapRef }) =>
      ofKind('ConfigMap').find(({ metadata }) => metadata.name === configMapRef?.name),
    );
    const own = (app.env ?? []).map(({ name, value, valueFrom }) => {
      const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
      return [name, value ?? secrets[secret]?.[key] ?? `there is no ${secret}/${key}`];
    });
    return Object.assign({}, ...maps.map((map) => map?.data), Object.fromEntries(own));
  };

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
    for (const { name, key } of [...refs, ...ofComponents, ...ofKeda])
      assert.notEqual(secrets[name]?.[key], undefined, `${name}/${key}`);
  });

  for (const { appId, daprdFlags } of apps) {
    test(`the sidecar of ${appId} has all options of dapr.yaml`, () => {
      const { annotations } = podOf(appId);
      assert.equal(annotations['dapr.io/app-id'], appId);
      for (const flag of daprdFlags) {
        const [, name, value = 'true'] = /^--([\w-]+)(?:=(.*))?$/.exec(flag) ?? [];
        assert.equal(annotations[`dapr.io/${name}`], value, flag);
      }
    });

    test(`the sidecar of ${appId} has the environment that all sidecars share`, () => {
      const own = podOf(appId).annotations['dapr.io/env']?.split(',');
      const shared = sharedAnnotations['dapr.io/env']?.split(',') ?? [];
      assert.ok(shared.length > 0);
      for (const each of shared) assert.ok(own?.includes(each), each);
    });

    test(`${appId} knows every variable of its environment and accepts the values`, () => {
      const env = environmentOf(appId);
      const schema = SCHEMAS[appId];
      assert.ok(schema);
      assert.deepEqual(
        Object.keys(env).filter((name) => !(name in schema.shape)),
        [],
      );
      readEnvironment(schema, env);
    });
  }

  /** The seconds that each step of a pod's shutdown may take. */
  const shutdownOf = (service: string) => {
    const { annotations, app, spec } = podOf(service);
    const [, preStop] = app.lifecycle?.preStop?.exec?.command ?? [];
    const { SHUTDOWN_SECONDS } = readEnvironment(SCHEMAS[service] as z.ZodObject, environmentOf(service));
    return {
      preStop: Number(preStop),
      shutdown: Number(SHUTDOWN_SECONDS),
      block: Number.parseInt(annotations['dapr.io/block-shutdown-duration'] ?? '', 10),
      drain: Number(annotations['dapr.io/graceful-shutdown-seconds']),
      grace: Number(spec.terminationGracePeriodSeconds),
    };
  };

  for (const service of ['gateway', 'converter', 'notification'])
    test(`${service} stops before its sidecar, and both stop before they are killed`, () => {
      const { preStop, shutdown, block, drain, grace } = shutdownOf(service);
      assert.ok(block >= preStop + shutdown + SLACK_SECONDS);
      assert.ok(grace >= block + drain + SLACK_SECONDS);
    });

  test('auth stops after its sidecar and before it is killed', () => {
    const { preStop, shutdown, block, grace } = shutdownOf('auth');
    assert.ok(preStop >= block + SLACK_SECONDS);
    assert.ok(grace >= preStop + shutdown + SLACK_SECONDS);
  });

  test('the sidecar of auth stays until its callers know the next one', () => {
    assert.ok(shutdownOf('auth').block >= RESOLUTION_SECONDS);
  });

  test('a gateway keeps answering for the 10 s in which an ingress controller learns that it stops', () => {
    assert.ok(shutdownOf('gateway').preStop >= 10);
  });

  for (const service of ['gateway', 'auth'])
    test(`${service} has a second replica, and a drained node stops one replica at a time`, () => {
      assert.ok(Number(workloads.find(({ name }) => name === service)?.replicas) >= 2);
      const { labels } = podOf(service);
      const budget = ofKind('PodDisruptionBudget').find(({ spec }) => selects(spec.selector, labels));
      assert.equal(budget?.spec.maxUnavailable, 1);
    });

  for (const service of SERVICES)
    test(`a rollout of ${service} stops an old pod only when a new one is ready`, () => {
      const found = ofKind('Deployment').find(({ metadata }) => metadata.name === service);
      const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
      assert.deepEqual(found?.spec.strategy, { type: 'RollingUpdate', rollingUpdate });
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

  test('every component gets its secrets from the cluster, through the operator of Dapr', () => {
    for (const { auth } of ofKind('Component', 'dapr.io')) assert.equal(auth?.secretStore, 'kubernetes');
  });

  test('every sidecar has a configuration that denies services the access to secrets', () => {
    const configurations = ofKind('Configuration', 'dapr.io');
    for (const { appId } of apps) {
      const name = podOf(appId).annotations['dapr.io/config'];
      const found = configurations.find(({ metadata }) => metadata.name === name);
      const scopes = found?.spec.secrets.scopes as { storeName: string; defaultAccess: string }[];
      assert.equal(scopes.find(({ storeName }) => storeName === 'kubernetes')?.defaultAccess, 'deny');
      assert.deepEqual(found?.spec.tracing, { samplingRate: '0' });
    }
  });

  test('every image is one that npm run images builds or pulls', () => {
    const known: string[] = Object.values(DEFAULTS);
    for (const { containers } of workloads)
      for (const { image } of containers) assert.ok(known.includes(image), image);
  });

  test('only converters have a priority below that of all other pods', () => {
    const [lowest, ...more] = ofKind('PriorityClass');
    assert.deepEqual(more, []);
    // Below pods without a class (0), and above the priorities that the cluster autoscaler ignores.
    const { value } = lowest as unknown as { value: number };
    assert.ok(value < 0 && value > -10);
    for (const { name, spec } of workloads)
      assert.equal(spec.priorityClassName, name === 'converter' ? lowest?.metadata.name : undefined, name);
  });

  test('KEDA counts the queue from which converters read', () => {
    const { annotations } = podOf('converter');
    const [subscription, ...more] = ofKind('Subscription', 'dapr.io').filter(({ scopes }) =>
      scopes?.includes('converter'),
    );
    assert.deepEqual(more, []);
    const { topic, pubsubname, metadata = {} } = subscription?.spec ?? {};
    const broker = ofKind('Component', 'dapr.io').find(({ metadata }) => metadata.name === pubsubname);
    const consumer = broker?.spec.metadata.find(({ name }: { name: string }) => name === 'consumerID');
    // The name that Dapr's pubsub.rabbitmq gives a queue.
    const queue = metadata.queueName ?? `${consumer?.value ?? annotations['dapr.io/app-id']}-${topic}`;
    for (const { spec } of ofKind('ScaledObject')) {
      assert.equal(broker?.spec.type, 'pubsub.rabbitmq');
      assert.equal(spec.scaleTargetRef.name, 'converter');
      assert.equal(spec.triggers[0].metadata.queueName, queue);
      assert.equal(spec.triggers[0].metadata.value, environmentOf('converter').CONCURRENCY);
    }
    assert.equal(ofKind('ScaledObject').length + ofKind('HorizontalPodAutoscaler').length, 1);
    assert.equal(
      ofKind('Deployment').find(({ metadata }) => metadata.name === 'converter')?.spec.replicas,
      undefined,
    );
  });
}
