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
const ofEveryService: Record<string, string> = parse(
  readFileSync(path.join(base, 'every-service.yaml'), 'utf8'),
).spec.template.metadata.annotations;
const SCHEMAS: Record<string, z.ZodObject> = {
  auth: authEnvironment,
  converter: converterEnvironment,
  gateway: gatewayEnvironment,
  notification: notificationEnvironment,
};
const secrets = completeSecrets({}, {}, true);
const ofNoNamespace = new Set(['Namespace', 'PriorityClass']);
/** Over what kubelet takes to send a signal. */
const SLACK_SECONDS = 4;
/** Between two looks of a caller's sidecar (of gRPC) for the addresses of the one that it calls. */
const RESOLUTION_SECONDS = 30;

const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('manifests', { skip: rendered }, () => {});
else for (const [overlay, manifests] of Object.entries(rendered)) describe(overlay, () => check(manifests));

function check(manifests: readonly Manifest[]): void {
  const workloads = workloadsOf(manifests);
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);
  const podOf = (service: string) => {
    const found = workloads.find(({ name }) => name === service);
    const app = found?.containers.find(({ name }) => name === 'app');
    assert.ok(found && app, `${service} is there`);
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

  test('each object has a place, and a name of its own', () => {
    const names = manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    for (const { kind, metadata } of manifests)
      assert.equal(metadata.namespace, ofNoNamespace.has(kind) ? undefined : 'mp3converter', metadata.name);
  });

  test('no object holds a secret', () => {
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

  test('every secret that is named is one that npm run secrets makes', () => {
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
    test(`${appId}'s sidecar is told what dapr.yaml tells it`, () => {
      const { annotations } = podOf(appId);
      assert.equal(annotations['dapr.io/app-id'], appId);
      for (const flag of daprdFlags) {
        const [, name, value = 'true'] = /^--([\w-]+)(?:=(.*))?$/.exec(flag) ?? [];
        assert.equal(annotations[`dapr.io/${name}`], value, flag);
      }
    });

    test(`${appId}'s sidecar has the environment of all sidecars, whatever it has besides`, () => {
      const own = podOf(appId).annotations['dapr.io/env']?.split(',');
      const ofAll = ofEveryService['dapr.io/env']?.split(',') ?? [];
      assert.ok(ofAll.length > 0);
      for (const each of ofAll) assert.ok(own?.includes(each), each);
    });

    test(`${appId} understands its environment, all of it`, () => {
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

  /** Seconds that a pod is given for each step of its end. */
  const endOf = (service: string) => {
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
    test(`${service}, which calls its sidecar, ends before it does, and both before they are killed`, () => {
      const { preStop, shutdown, block, drain, grace } = endOf(service);
      assert.ok(block >= preStop + shutdown + SLACK_SECONDS);
      assert.ok(grace >= block + drain + SLACK_SECONDS);
    });

  test('auth, which is called through its sidecar, outlasts it, and ends before it is killed', () => {
    const { preStop, shutdown, block, grace } = endOf('auth');
    assert.ok(preStop >= block + SLACK_SECONDS);
    assert.ok(grace >= preStop + shutdown + SLACK_SECONDS);
  });

  test('a sidecar of auth stays until the next one is known to those who call it', () => {
    assert.ok(endOf('auth').block >= RESOLUTION_SECONDS);
  });

  test('a gateway answers until an ingress controller on a busy node has heard that it goes', () => {
    assert.ok(endOf('gateway').preStop >= 10);
  });

  for (const service of ['gateway', 'auth'])
    test(`a second ${service} is left when one is lost, and a drained node takes one at a time`, () => {
      assert.ok(Number(workloads.find(({ name }) => name === service)?.replicas) >= 2);
      const { labels } = podOf(service);
      const budget = ofKind('PodDisruptionBudget').find(({ spec }) => selects(spec.selector, labels));
      assert.equal(budget?.spec.maxUnavailable, 1);
    });

  for (const service of SERVICES)
    test(`a new pod of ${service} is ready before an old one goes`, () => {
      const found = ofKind('Deployment').find(({ metadata }) => metadata.name === service);
      const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
      assert.deepEqual(found?.spec.strategy, { type: 'RollingUpdate', rollingUpdate });
    });

  test('events are for services that are there, and components for those that use them', () => {
    const scoped = ['Component', 'Subscription'].flatMap((kind) => ofKind(kind, 'dapr.io'));
    assert.ok(scoped.length >= 5);
    for (const { metadata, scopes = [] } of scoped) {
      assert.ok(scopes.length > 0, metadata.name);
      for (const scope of scopes) assert.ok((SERVICES as readonly string[]).includes(scope), scope);
      assert.ok(!scopes.includes('auth'), 'auth has a database and nothing else');
    }
  });

  test("secrets come from the cluster's own store, which Dapr's operator reads", () => {
    for (const { auth } of ofKind('Component', 'dapr.io')) assert.equal(auth?.secretStore, 'kubernetes');
  });

  test('every sidecar keeps the secrets to itself, and has the configuration that it names', () => {
    const configurations = ofKind('Configuration', 'dapr.io');
    for (const { appId } of apps) {
      const name = podOf(appId).annotations['dapr.io/config'];
      const found = configurations.find(({ metadata }) => metadata.name === name);
      const scopes = found?.spec.secrets.scopes as { storeName: string; defaultAccess: string }[];
      assert.equal(scopes.find(({ storeName }) => storeName === 'kubernetes')?.defaultAccess, 'deny');
      assert.deepEqual(found?.spec.tracing, { samplingRate: '0' });
    }
  });

  test('images are those that npm run images builds or pulls', () => {
    const known: string[] = Object.values(DEFAULTS);
    for (const { containers } of workloads)
      for (const { image } of containers) assert.ok(known.includes(image), image);
  });

  test('on a full node converters give way to all others', () => {
    const [lowest, ...more] = ofKind('PriorityClass');
    assert.deepEqual(more, []);
    // Below what has no class (0), above what an autoscaler of nodes ignores.
    const { value } = lowest as unknown as { value: number };
    assert.ok(value < 0 && value > -10);
    for (const { name, spec } of workloads)
      assert.equal(spec.priorityClassName, name === 'converter' ? lowest?.metadata.name : undefined, name);
  });

  test('a queue that is counted is the one that converters read', () => {
    const { annotations } = podOf('converter');
    const [subscription, ...more] = ofKind('Subscription', 'dapr.io').filter(({ scopes }) =>
      scopes?.includes('converter'),
    );
    assert.deepEqual(more, []);
    const { topic, pubsubname, metadata = {} } = subscription?.spec ?? {};
    const broker = ofKind('Component', 'dapr.io').find(({ metadata }) => metadata.name === pubsubname);
    const consumer = broker?.spec.metadata.find(({ name }: { name: string }) => name === 'consumerID');
    // As Dapr's pubsub.rabbitmq calls it.
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
