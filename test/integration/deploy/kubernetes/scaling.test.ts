import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVICES } from '../../../../deploy/docker/image-names.ts';
import { describeOverlays } from './describe-overlays.ts';
import { manifestsOf, workloadsOf } from './rendered.ts';
import { selects } from './selector.ts';
import { environmentOf, podOf } from './service-pods.ts';

await describeOverlays((manifests) => {
  const workloads = workloadsOf(manifests);
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);

  for (const service of ['gateway', 'auth'])
    test(`${service} has a second replica, and a drained node stops one replica at a time`, () => {
      assert.ok(Number(workloads.find(({ name }) => name === service)?.replicas) >= 2);
      const { labels } = podOf(manifests, service);
      const budget = ofKind('PodDisruptionBudget').find(({ spec }) => selects(spec.selector, labels));
      assert.equal(budget?.spec.maxUnavailable, 1);
    });

  for (const service of SERVICES)
    test(`a rollout of ${service} stops an old pod only when a new one is ready`, () => {
      const found = ofKind('Deployment').find(({ metadata }) => metadata.name === service);
      const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
      assert.deepEqual(found?.spec.strategy, { type: 'RollingUpdate', rollingUpdate });
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
    const { annotations } = podOf(manifests, 'converter');
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
      assert.equal(spec.triggers[0].metadata.value, environmentOf(manifests, 'converter').CONCURRENCY);
    }
    assert.equal(ofKind('ScaledObject').length + ofKind('HorizontalPodAutoscaler').length, 1);
    assert.equal(
      ofKind('Deployment').find(({ metadata }) => metadata.name === 'converter')?.spec.replicas,
      undefined,
    );
  });
});
