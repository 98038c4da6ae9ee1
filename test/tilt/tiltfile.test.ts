import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import { findGo } from '../support/build-go.ts';
import { readDockerfile } from './dockerfile.ts';
import { buildInterpreter, type Call, record } from './interpreter.ts';
import { type Manifest, overlay } from './overlay.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');
const tiltfile = path.join(repoRoot, 'tilt', 'Tiltfile');
const go = findGo();
const skip = go === undefined && 'NOT TESTED: tilt/Tiltfile, for Go is missing, which builds the interpreter';
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
  calls = await record(interpreter, tiltfile, ANSWERS, signal);
  objects = JSON.parse(called('k8s_yaml')[0]?.yaml);
});

const called = (name: string): Call['arguments'][] =>
  calls.filter((call) => call.function === name).map((call) => call.arguments);
const imageOf = (service: string): Call['arguments'] =>
  called('docker_build').find(({ ref }) => ref === `mp3converter/${service}`) as Call['arguments'];
const resource = (name: string): Call['arguments'] =>
  called('k8s_resource').find(
    (made) => made.workload === name || made.new_name === name,
  ) as Call['arguments'];
const steps = (service: string, name: string): Call['arguments'][] =>
  imageOf(service)
    .live_update.filter((step: Call) => step.function === name)
    .map((step: Call) => step.arguments);
const dockerfileOf = (service: string) =>
  readDockerfile(readFileSync(path.join(repoRoot, 'deploy/docker/Dockerfile'), 'utf8'), service);
const inRepo = (file: string): string => path.relative(repoRoot, path.resolve(path.dirname(tiltfile), file));

test('each service has an image, built from the repository', options, () => {
  assert.deepEqual(
    called('docker_build')
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
    `${service}: the image is made of what is watched, and a change of each file reaches the pod`,
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
        assert.ok(byTar !== rebuilt.includes(from), `${from} → ${to}: synced, or a new image; not both`);
      }
      assert.equal(synced.length + rebuilt.length, only.length, 'nothing else is synced');
    },
  );

test('files first, then the restart', options, () => {
  for (const service of SERVICES) {
    const order = imageOf(service).live_update.map((step: Call) => step.function);
    assert.deepEqual(order, ['fall_back_on', ...steps(service, 'sync').map(() => 'sync'), 'run']);
    assert.deepEqual(steps(service, 'run'), [{ cmd: 'kill -HUP 1', echo_off: true }]);
  }
});

test('every path that is named is there', options, () => {
  const named = [
    ...called('kustomize').map(({ paths }) => inRepo(paths)),
    ...called('read_file').map(({ paths }) => inRepo(paths)),
    ...called('docker_build').map(({ dockerfile }) => inRepo(dockerfile)),
    ...SERVICES.flatMap((service) => steps(service, 'sync').map(({ local_path }) => inRepo(local_path))),
    ...SERVICES.flatMap((service) =>
      steps(service, 'fall_back_on').flatMap(({ paths }) => paths.map(inRepo)),
    ),
    ...called('local_resource').flatMap(({ cmd: [, bootstrap, script] }) => [inRepo(bootstrap), script]),
  ];
  assert.ok(named.length > 20, `${named.length} paths`);
  assert.deepEqual(
    named.filter((file) => !existsSync(path.join(repoRoot, file))),
    [],
  );
});

test('the program that is started anew is the image’s', options, () => {
  const { command } = dockerfileOf('auth');
  const containers = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'auth')
    .spec.template.spec.containers;
  assert.deepEqual(containers[0].args, command);
  // Kubernetes replaces $(NAME).
  assert.doesNotMatch(containers[0].command.join(' '), /\$\(/);
});

test('a pod gets its code into a volume of its own, and stays as hardened as it was', options, () => {
  const named = ({ kind, metadata }: Manifest): boolean =>
    kind === 'Deployment' && metadata.name === 'notification';
  const given = overlay.find(named).spec.template.spec;
  const pod = objects.find(named).spec.template.spec;
  assert.deepEqual(pod.volumes, [{ name: 'code', emptyDir: { sizeLimit: '64Mi' } }]);
  const { command, args, volumeMounts, ...kept } = pod.containers[0];
  const { livenessProbe, startupProbe, volumeMounts: before, ...wanted } = given.containers[0];
  assert.deepEqual(kept, wanted, 'but for the probes that end what a broken save has stopped');
  assert.deepEqual(volumeMounts, [...before, { name: 'code', mountPath: '/mp3converter/services' }]);
  const [mailer, copier] = pod.initContainers;
  assert.deepEqual(mailer, given.initContainers[0]);
  assert.deepEqual(copier.securityContext, wanted.securityContext);
  assert.equal(copier.image, wanted.image);
  assert.deepEqual(copier.command, ['cp', '-r', '/mp3converter/services/.', '/code']);
  assert.deepEqual(copier.volumeMounts, [{ name: 'code', mountPath: '/code' }]);
});

test('what is not ours is deployed as it is', options, () => {
  const ours = (thing: Manifest): boolean =>
    thing.kind === 'Deployment' && SERVICES.includes(thing.metadata.name);
  assert.deepEqual(
    objects.filter((thing) => !ours(thing)),
    overlay.filter((thing) => !ours(thing)),
  );
});

test('every workload is shown once, every other object is in one group', options, () => {
  const names = called('k8s_resource').map((made) => made.workload ?? made.new_name);
  assert.equal(new Set(names).size, names.length);
  const isWorkload = ({ kind }: Manifest): boolean => ['Deployment', 'StatefulSet', 'Job'].includes(kind);
  for (const thing of overlay.filter(isWorkload))
    assert.ok(resource(thing.metadata.name), thing.metadata.name);
  assert.deepEqual(
    called('k8s_resource')
      .flatMap((made) => made.objects ?? [])
      .toSorted(),
    overlay
      .filter((thing) => !isWorkload(thing) && thing.kind !== 'Service')
      .map(({ kind, metadata }) => `${metadata.name}:${kind.toLowerCase()}`)
      .toSorted(),
  );
});

test(
  'Dapr before its resources, servers before services, nothing waits for what is not there',
  options,
  () => {
    const all = [...called('k8s_resource'), ...called('local_resource')];
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

test('labels, ports and links', options, () => {
  const labels = Object.fromEntries(
    called('k8s_resource').map((made) => [made.workload ?? made.new_name, made.labels]),
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

test('buttons do nothing until they are pressed', options, () => {
  const buttons = called('local_resource').filter(({ labels }) => labels[0] === 'try');
  assert.deepEqual(
    buttons.map(({ name }) => name),
    ['convert-a-sample', 'run-the-unit-tests', 'run-the-tests'],
  );
  for (const { trigger_mode, auto_init } of buttons)
    assert.deepEqual([trigger_mode, auto_init], ['manual', false]);
});

test('another context than a local one is allowed only by name', options, async () => {
  assert.deepEqual(called('allow_k8s_contexts'), []);
  const answers = { ...ANSWERS, 'os.getenv MP3CONVERTER_CONTEXT': 'far-away' };
  const made = await record(interpreter, tiltfile, answers, signal);
  const allowed = made.filter((call) => call.function === 'allow_k8s_contexts');
  assert.deepEqual(
    allowed.map((call) => call.arguments),
    [{ contexts: 'far-away' }],
  );
});

test('another base is chosen as for npm run images', options, async () => {
  const made = await record(interpreter, tiltfile, { ...ANSWERS, 'os.getenv BASE_IMAGE': 'mine:1' }, signal);
  const built = made.filter((call) => call.function === 'docker_build');
  for (const { arguments: image } of built) assert.equal(image.build_args.BASE, 'mine:1');
  const { args } = dockerfileOf('auth');
  assert.ok(args.has('BASE'));
  assert.equal(built.length, SERVICES.length);
});

// Each must be seen: the checks above stand on this one.
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
    'what is missing',
    'development.star',
    "read_file('restart.ts')",
    'read_file()',
    /missing argument for paths/,
  ],
  [
    'a step that is none',
    'Tiltfile',
    "[run('kill -HUP 1', echo_off=True)]",
    "['kill']",
    /live_update: got list/,
  ],
  ['a load from the network', 'Tiltfile', './resources.star', 'ext://resources', /only files of this folder/],
];
for (const [what, file, from, to, error] of MISTAKES)
  test(`${what} in the Tiltfile is refused, with its place`, options, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-tiltfile-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const each of globSync('{Tiltfile,*.star,restart.ts}', { cwd: path.dirname(tiltfile) }))
      cpSync(path.join(path.dirname(tiltfile), each), path.join(folder, each));
    const copy = path.join(folder, file);
    const text = readFileSync(copy, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(copy, text.replace(from, to));
    await assert.rejects(record(interpreter, path.join(folder, 'Tiltfile'), ANSWERS, signal), error);
  });
