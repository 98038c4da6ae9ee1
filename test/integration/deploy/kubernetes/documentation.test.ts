import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { run } from '../../../../deploy/process/run.ts';
import { blocksOf, commandsOf, namesIn, shellCodeOf, unknownNames } from './kubectl-commands.ts';
import { ensureKustomize, render } from './kustomize.ts';
import { type Manifest, renderedOverlays, workloadsOf } from './rendered.ts';
import { selects } from './selector.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const FILES = ['deploy/README.md', 'docs/kubernetes-operations.md'];
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;
const production = typeof rendered === 'string' ? [] : rendered.production;
const manifests = typeof rendered === 'string' ? [] : [...production, ...rendered.minikube];

for (const file of FILES)
  describe(file, () => {
    const code = shellCodeOf(read(file));

    test('contains only blocks that bash can parse', async ({ signal }) => {
      for (const block of blocksOf(read(file), 'sh'))
        await run('bash', ['-n'], {
          ...{ what: `Parsing\n${block}`, report: () => {}, signal, timeoutMs: 60_000 },
          input: block,
        });
    });

    test('names only objects, labels, containers, secrets and manifests that exist', { skip }, () => {
      const names = namesIn(manifests);
      const unknown = code.flatMap(commandsOf).flatMap((words) => unknownNames(words, names, root));
      assert.deepEqual(unknown, []);
    });

    test('forwards only ports that the Services have', { skip }, () => {
      for (const [, name, port] of code.join('\n').matchAll(/port-forward service\/(\w+) \d+:(\d+)/g)) {
        const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
        const ports: { port: number }[] = service?.spec.ports ?? [];
        assert.ok(
          ports.some((each) => each.port === Number(port)),
          `${name}:${port}`,
        );
      }
    });
  });

test('the commands of both files are found', () => {
  const commands = FILES.flatMap((file) => shellCodeOf(read(file))).flatMap(commandsOf);
  assert.ok(commands.filter(([program]) => program === 'k' || program === 'kubectl').length > 50);
  assert.ok(commands.filter(([program]) => program === 'renew' || program === 'put').length > 10);
});

// The tests above rely on unknownNames to find each of these mistakes.
for (const [command, unknown] of [
  ['k scale deployment gateway convertor --replicas=0', 'deployment/convertor'],
  ['kubectl -n mp3converter port-forward service/gatway 8080:80', 'service/gatway'],
  ['k exec -i mongodb-3 -- mongosh', 'pod/mongodb-3'],
  ['k delete pvc data-mysql-1', 'pvc/data-mysql-1'],
  ['printf x | k logs deployment/gateway -c server', 'server'],
  ["k get pods -l 'app.kubernetes.io/name=mongo'", 'app.kubernetes.io/name=mongo'],
  ['true && renew gateway token', 'gateway/token'],
  ['kubectl apply -f deploy/kubernetes/base/ns.yaml', 'deploy/kubernetes/base/ns.yaml'],
] as const)
  test(`unknownNames finds ${unknown} in «${command}»`, { skip }, () => {
    const names = namesIn(manifests);
    assert.deepEqual(
      commandsOf(command).flatMap((words) => unknownNames(words, names, root)),
      [unknown],
    );
  });

test('the overlay in deploy/README.md can be rendered and has the effects that it describes', {
  skip,
}, async (t) => {
  const [example = ''] = blocksOf(read('deploy/README.md'), 'yaml').filter((block) =>
    block.includes('kind: Kustomization'),
  );
  const kustomization = parse(example);
  assert.deepEqual(kustomization.resources, ['../production']);
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-ours-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const overlay = path.join(root, 'deploy/kubernetes/overlays/production');
  kustomization.resources = [path.relative(folder, overlay)];
  writeFileSync(path.join(folder, 'kustomization.yaml'), stringify(kustomization));
  const kustomize = await ensureKustomize({ report: () => {}, signal: t.signal });
  const text = await render(kustomize, folder, t.signal);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const ingress = objects.find(({ kind }) => kind === 'Ingress')?.spec;
  assert.deepEqual(
    [ingress.ingressClassName, ingress.rules[0].host, ingress.tls[0].hosts],
    ['traefik', 'mp3.example.org', ['mp3.example.org']],
  );
  const mongodb = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'mongodb');
  assert.equal(mongodb?.spec.volumeClaimTemplates[0].spec.resources.requests.storage, '400Gi');
  assert.match(text, /PUBLIC_URL: https:\/\/mp3\.example\.org/);
  for (const { name, newTag } of kustomization.images) assert.ok(text.includes(`image: ${name}:${newTag}`));
});

test('the NetworkPolicy in docs/kubernetes-operations.md selects existing pods', { skip }, () => {
  const [block = ''] = blocksOf(read('docs/kubernetes-operations.md'), 'yaml');
  const { spec } = parse(block) as Manifest;
  const selected = workloadsOf(production).filter(({ labels }) => selects(spec.podSelector, labels));
  assert.deepEqual(selected.map(({ name }) => name).sort(), ['converter', 'gateway', 'notification']);
});
