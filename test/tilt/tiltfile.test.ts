import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import { findGo } from '../support/build-go.ts';
import { readDockerfile } from './dockerfile.ts';
import { buildInterpreter, type Call, recordCalls } from './interpreter.ts';
import { type Manifest, overlay } from './overlay.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');
const tiltfile = path.join(repoRoot, 'tilt', 'Tiltfile');
const go = findGo();
const skip =
  go === undefined && 'NOT TESTED: tilt/Tiltfile, because Go, which builds the interpreter, is missing';
const options = { skip } as const;
if (skip) console.error(skip);

const ANSWERS = {
  'kustomize ../deploy/kubernetes/overlays/minikube': JSON.stringify(overlay),
  k8s_context: 'minikube',
  'os.getenv MP3CONVERTER_CONTEXT': '',
};
const signal = AbortSignal.timeout(15 * 60_000);
let interpreter: string;
let calls: Call[];
let objects: Manifest[];

before(async () => {
  if (go === undefined) return;
  interpreter = await buildInterpreter(go, console.error, signal);
  calls = await recordCalls(interpreter, tiltfile, ANSWERS, signal);
  objects = JSON.parse(callsOf('k8s_yaml')[0]?.yaml);
});

const callsOf = (name: string): Call['arguments'][] =>
  calls.filter((call) => call.function === name).map((call) => call.arguments);
const imageOf = (service: string): Call['arguments'] =>
  callsOf('docker_build').find(({ ref }) => ref === `mp3converter/${service}`) as Call['arguments'];
const resource = (name: string): Call['arguments'] =>
  callsOf('k8s_resource').find(
    (made) => made.workload === name || made.new_name === name,
  ) as Call['arguments'];
const steps = (service: string, name: string): Call['arguments'][] =>
  imageOf(service)
    .live_update.filter((step: Call) => step.function === name)
    .map((step: Call) => step.arguments);
const dockerfileOf = (service: string) =>
  readDockerfile(readFileSync(path.join(repoRoot, 'deploy/docker/Dockerfile'), 'utf8'), service);
const inRepo = (file: string): string => path.relative(repoRoot, path.resolve(path.dirname(tiltfile), file));

test('builds an image of each service from the repository', options, () => {
  assert.deepEqual(
    callsOf('docker_build')
      .map(({ ref }) => ref)
      .toSorted(),
    SERVICES.map((service) => `mp3converter/${service}`).toSorted(),
  );
  for (const service of SERVICES) {
    const { context, dockerfile, build_args } = imageOf(service);
    assert.equal(inRepo(context), '');
    assert.equal(inRepo(dockerfile), 'deploy/docker/Dockerfile');
    assert.deepEqual(build_args, { SERVICE: service });
  }
});

for (const service of SERVICES)
  test(
    `watches exactly the files in the image of ${service}, and brings a change of each into the pod`,
    options,
    () => {
      const dockerfile = dockerfileOf(service);
      const { only, build_args } = imageOf(service);
      for (const name of Object.keys(build_args)) assert.ok(dockerfile.args.has(name), `ARG ${name}`);
      assert.deepEqual(only.toSorted(), [...new Set(dockerfile.copied.map(({ from }) => from))].toSorted());
      const allowed = readFileSync(path.join(repoRoot, '.dockerignore'), 'utf8').match(/^!.*/gm) ?? [];
      const synced = steps(service, 'sync').map((step) => ({
        from: inRepo(step.local_path),
        to: step.remote_path,
      }));
      const rebuilt = steps(service, 'fall_back_on').flatMap((step) => step.paths.map(inRepo));
      for (const { from, to } of dockerfile.copied) {
        assert.ok(existsSync(path.join(repoRoot, from)), from);
        assert.ok(
          allowed.some((rule) => `${from}/`.startsWith(`${rule.slice(1)}/`)),
          `.dockerignore keeps ${from} from the builder`,
        );
        const byTar = synced.some((step) => step.from === from && step.to === to);
        assert.ok(byTar !== rebuilt.includes(from), `${from} → ${to} is either synced or causes a new image`);
      }
      assert.equal(synced.length + rebuilt.length, only.length, 'no other path is synced');
    },
  );

test('copies the files before it restarts the service', options, () => {
  for (const service of SERVICES) {
    const order = imageOf(service).live_update.map((step: Call) => step.function);
    assert.deepEqual(order, ['fall_back_on', ...steps(service, 'sync').map(() => 'sync'), 'run']);
    assert.deepEqual(steps(service, 'run'), [{ cmd: 'kill -HUP 1', echo_off: true }]);
  }
});

test('names only paths that exist', options, () => {
  const named = [
    ...callsOf('kustomize').map(({ paths }) => inRepo(paths)),
    ...callsOf('read_file').map(({ paths }) => inRepo(paths)),
    ...callsOf('docker_build').map(({ dockerfile }) => inRepo(dockerfile)),
    ...SERVICES.flatMap((service) => steps(service, 'sync').map(({ local_path }) => inRepo(local_path))),
    ...SERVICES.flatMap((service) =>
      steps(service, 'fall_back_on').flatMap(({ paths }) => paths.map(inRepo)),
    ),
    ...callsOf('local_resource').flatMap(({ cmd: [, bootstrap, script] }) => [inRepo(bootstrap), script]),
  ];
  assert.ok(named.length > 20, `${named.length} paths`);
  assert.deepEqual(
    named.filter((file) => !existsSync(path.join(repoRoot, file))),
    [],
  );
});

test('restarts the command of the image', options, () => {
  const { command } = dockerfileOf('auth');
  const containers = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'auth')
    .spec.template.spec.containers;
  assert.deepEqual(containers[0].args, command);
  // Kubernetes would replace $(NAME) in a command.
  assert.doesNotMatch(containers[0].command.join(' '), /\$\(/);
});

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
    assert.ok(resource(thing.metadata.name), thing.metadata.name);
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
    assert.deepEqual(resource('components').resource_deps, ['settings', 'dapr']);
    assert.deepEqual(resource('mongodb-set').resource_deps, ['rabbitmq', 'mongodb', 'mysql']);
    for (const service of SERVICES)
      assert.deepEqual(resource(service).resource_deps, [
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
    resource(name).port_forwards.map((each: Call) => [
      each.arguments.local_port,
      each.arguments.container_port,
    ]);
  assert.deepEqual(ports('gateway'), [[8080, 8080]]);
  assert.deepEqual(ports('maildev'), [[1080, 1080]]);
  for (const { arguments: link } of resource('gateway').links as Call[])
    assert.ok(URL.canParse(link.url), link.url);
});

test('does not run the buttons until somebody presses one', options, () => {
  const buttons = callsOf('local_resource').filter(({ labels }) => labels[0] === 'try');
  assert.deepEqual(
    buttons.map(({ name }) => name),
    ['convert-a-sample', 'run-the-unit-tests', 'run-the-tests'],
  );
  for (const { trigger_mode, auto_init } of buttons)
    assert.deepEqual([trigger_mode, auto_init], ['manual', false]);
});

test('allows a context of a remote cluster only if MP3CONVERTER_CONTEXT names it', options, async () => {
  assert.deepEqual(callsOf('allow_k8s_contexts'), []);
  const answers = { ...ANSWERS, 'os.getenv MP3CONVERTER_CONTEXT': 'far-away' };
  const made = await recordCalls(interpreter, tiltfile, answers, signal);
  const allowed = made.filter((call) => call.function === 'allow_k8s_contexts');
  assert.deepEqual(
    allowed.map((call) => call.arguments),
    [{ contexts: 'far-away' }],
  );
});

test('builds on the base image that BASE_IMAGE names', options, async () => {
  const made = await recordCalls(
    interpreter,
    tiltfile,
    { ...ANSWERS, 'os.getenv BASE_IMAGE': 'mine:1' },
    signal,
  );
  const built = made.filter((call) => call.function === 'docker_build');
  for (const { arguments: image } of built) assert.equal(image.build_args.BASE, 'mine:1');
  const { args } = dockerfileOf('auth');
  assert.ok(args.has('BASE'));
  assert.equal(built.length, SERVICES.length);
});

// The tests above rely on the interpreter to find each of these mistakes.
const MISTAKES: [what: string, file: string, from: string, to: string, error: RegExp][] = [
  [
    'a misspelt argument',
    'Tiltfile',
    'live_update=',
    'live_updates=',
    /unexpected keyword argument "live_updates"/,
  ],
  ['a misspelt function', 'Tiltfile', 'update_settings(', 'updates_settings(', /undefined: updates_settings/],
  ['a wrong type', 'resources.star', 'labels=[label]', 'labels=[1]', /labels: got list, want string/],
  [
    'a missing argument',
    'development.star',
    "read_file('restart.ts')",
    'read_file()',
    /missing argument for paths/,
  ],
  [
    'an invalid live_update step',
    'Tiltfile',
    "[run('kill -HUP 1', echo_off=True)]",
    "['kill']",
    /live_update: got list/,
  ],
  ['a load from the network', 'Tiltfile', './resources.star', 'ext://resources', /only files of this folder/],
];
for (const [what, file, from, to, error] of MISTAKES)
  test(`refuses ${what} in the Tiltfile`, options, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-tiltfile-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const each of globSync('{Tiltfile,*.star,restart.ts}', { cwd: path.dirname(tiltfile) }))
      cpSync(path.join(path.dirname(tiltfile), each), path.join(folder, each));
    const copy = path.join(folder, file);
    const text = readFileSync(copy, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(copy, text.replace(from, to));
    await assert.rejects(recordCalls(interpreter, path.join(folder, 'Tiltfile'), ANSWERS, signal), error);
  });
