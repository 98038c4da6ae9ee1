import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import type { Call } from './interpreter.ts';
import { type Manifest, overlay } from './overlay.ts';
import { callsOf, objects, options, resourceOf } from './recorded-tiltfile.ts';

test('mounts the code of a pod from a volume and keeps the pod hardened', options, () => {
  const named = ({ kind, metadata }: Manifest): boolean =>
    kind === 'Deployment' && metadata.name === 'notification';
  const given = overlay.find(named).spec.template.spec;
  const pod = objects.find(named).spec.template.spec;
  assert.deepEqual(pod.volumes, [{ name: 'code', emptyDir: { sizeLimit: '64Mi' } }]);
  const { command, args, volumeMounts, ...kept } = pod.containers[0];
  const { livenessProbe, startupProbe, volumeMounts: before, ...wanted } = given.containers[0];
  assert.deepEqual(kept, wanted, 'all but the probes that restart a container');
  assert.deepEqual(volumeMounts, [...before, { name: 'code', mountPath: '/mp3converter/services' }]);
  const [mailer, copier] = pod.initContainers;
  assert.deepEqual(mailer, given.initContainers[0]);
  assert.deepEqual(copier.securityContext, wanted.securityContext);
  assert.equal(copier.image, wanted.image);
  assert.deepEqual(copier.command, ['cp', '-r', '/mp3converter/services/.', '/code']);
  assert.deepEqual(copier.volumeMounts, [{ name: 'code', mountPath: '/code' }]);
});

test('deploys all other objects unchanged', options, () => {
  const isService = (thing: Manifest): boolean =>
    thing.kind === 'Deployment' && SERVICES.includes(thing.metadata.name);
  assert.deepEqual(
    objects.filter((thing) => !isService(thing)),
    overlay.filter((thing) => !isService(thing)),
  );
});

test('shows every workload once and puts every other object into one group', options, () => {
  const names = callsOf('k8s_resource').map((made) => made.workload ?? made.new_name);
  assert.equal(new Set(names).size, names.length);
  const isWorkload = ({ kind }: Manifest): boolean => ['Deployment', 'StatefulSet', 'Job'].includes(kind);
  for (const thing of overlay.filter(isWorkload))
    assert.ok(resourceOf(thing.metadata.name), thing.metadata.name);
  assert.deepEqual(
    callsOf('k8s_resource')
      .flatMap((made) => made.objects ?? [])
      .toSorted(),
    overlay
      .filter((thing) => !isWorkload(thing) && thing.kind !== 'Service')
      .map(({ kind, metadata }) => `${metadata.name}:${kind.toLowerCase()}`)
      .toSorted(),
  );
});

test(
  'deploys Dapr before its resources and servers before services, and only waits for resources that exist',
  options,
  () => {
    const all = [...callsOf('k8s_resource'), ...callsOf('local_resource')];
    const names = all.map((made) => made.workload ?? made.new_name ?? made.name);
    for (const made of all)
      for (const name of made.resource_deps ?? []) assert.ok(names.includes(name), name);
    assert.deepEqual(resourceOf('components').resource_deps, ['settings', 'dapr']);
    assert.deepEqual(resourceOf('mongodb-set').resource_deps, ['rabbitmq', 'mongodb', 'mysql']);
    for (const service of SERVICES)
      assert.deepEqual(resourceOf(service).resource_deps, [
        'components',
        'rabbitmq',
        'mongodb',
        'mysql',
        'maildev',
        'mongodb-set',
      ]);
  },
);

test('sets the labels, forwarded ports and links of the resources', options, () => {
  const labels = Object.fromEntries(
    callsOf('k8s_resource').map((made) => [made.workload ?? made.new_name, made.labels]),
  );
  assert.deepEqual(labels, {
    ...{ settings: ['cluster'], components: ['dapr'], around: ['cluster'] },
    ...Object.fromEntries(
      ['rabbitmq', 'mongodb', 'mysql', 'maildev', 'mongodb-set'].map((name) => [name, ['servers']]),
    ),
    ...Object.fromEntries(SERVICES.map((name) => [name, [name]])),
  });
  const ports = (name: string) =>
    resourceOf(name).port_forwards.map((each: Call) => [
      each.arguments.local_port,
      each.arguments.container_port,
    ]);
  assert.deepEqual(ports('gateway'), [[8080, 8080]]);
  assert.deepEqual(ports('maildev'), [[1080, 1080]]);
  for (const { arguments: link } of resourceOf('gateway').links as Call[])
    assert.ok(URL.canParse(link.url), link.url);
});
