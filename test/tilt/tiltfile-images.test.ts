import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SERVICES, type Service } from '../../deploy/docker/image-names.ts';
import { type Call, recordCalls } from './interpreter.ts';
import {
  ANSWERS,
  callsOf,
  dockerfileOf,
  imageOf,
  inRepo,
  interpreter,
  objects,
  options,
  repoRoot,
  signal,
  stepsOf,
  tiltfile,
} from './recorded-tiltfile.ts';

/** Code in the folder of a service from which something is built into its image. */
const COMPILED: Partial<Record<Service, string[]>> = {
  gateway: ['services/gateway/page/app', 'services/gateway/client'],
  converter: ['services/converter/sandbox/launcher'],
};

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
      const sources = [...new Set(dockerfile.copied.map(({ from }) => from))];
      const outermost = sources.filter((from) => !sources.some((other) => from.startsWith(`${other}/`)));
      assert.deepEqual(only.toSorted(), outermost.toSorted());
      const allowed = readFileSync(path.join(repoRoot, '.dockerignore'), 'utf8').match(/^!.*/gm) ?? [];
      const synced = stepsOf(service, 'sync').map((step) => ({
        from: inRepo(step.local_path),
        to: step.remote_path,
      }));
      const rebuilt = stepsOf(service, 'fall_back_on').flatMap((step) => step.paths.map(inRepo));
      for (const { from, to } of dockerfile.copied) {
        assert.ok(existsSync(path.join(repoRoot, from)), from);
        assert.ok(
          allowed.some((rule) => `${from}/`.startsWith(`${rule.slice(1)}/`)),
          `.dockerignore keeps ${from} from the builder`,
        );
        const byTar = synced.some((step) => step.from === from && step.to === to);
        assert.ok(byTar !== rebuilt.includes(from), `${from} → ${to} is either synced or causes a new image`);
      }
      // A change of this code is copied into the pod, but only a new image has what is built of it.
      const inside = rebuilt.filter((file) => synced.some(({ from }) => file.startsWith(`${from}/`)));
      assert.deepEqual(inside, COMPILED[service] ?? []);
      assert.equal(synced.length + rebuilt.length - inside.length, only.length, 'no other path is synced');
    },
  );

test('copies the files before it restarts the service', options, () => {
  for (const service of SERVICES) {
    const order = imageOf(service).live_update.map((step: Call) => step.function);
    assert.deepEqual(order, ['fall_back_on', ...stepsOf(service, 'sync').map(() => 'sync'), 'run']);
    assert.deepEqual(stepsOf(service, 'run'), [{ cmd: 'kill -HUP 1', echo_off: true }]);
  }
});

test('names only paths that exist', options, () => {
  const named = [
    ...callsOf('kustomize').map(({ paths }) => inRepo(paths)),
    ...callsOf('read_file').map(({ paths }) => inRepo(paths)),
    ...callsOf('docker_build').map(({ dockerfile }) => inRepo(dockerfile)),
    ...SERVICES.flatMap((service) => stepsOf(service, 'sync').map(({ local_path }) => inRepo(local_path))),
    ...SERVICES.flatMap((service) =>
      stepsOf(service, 'fall_back_on').flatMap(({ paths }) => paths.map(inRepo)),
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

test('builds on the images that BASE_IMAGE and GO_IMAGE name', options, async () => {
  const variables = { 'os.getenv BASE_IMAGE': 'mine:1', 'os.getenv GO_IMAGE': 'mygo:1' };
  const made = await recordCalls(interpreter, tiltfile, { ...ANSWERS, ...variables }, signal);
  const built = made.filter((call) => call.function === 'docker_build');
  for (const { arguments: image } of built) {
    assert.equal(image.build_args.BASE, 'mine:1');
    assert.equal(image.build_args.GO, image.build_args.SERVICE === 'converter' ? 'mygo:1' : undefined);
  }
  const { args } = dockerfileOf('auth');
  assert.ok(args.has('BASE') && args.has('GO'));
  assert.equal(built.length, SERVICES.length);
});
