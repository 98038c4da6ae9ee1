import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run } from '../../../../deploy/process/run.ts';
import { findGo } from '../../../support/build-go.ts';
import { createCustomCheck } from './custom-resources.ts';
import { type Manifest, renderedOverlays } from './rendered.ts';
import { createTypeCheck } from './typed-schema.ts';

// Fields and types as Kubernetes and Dapr define them, out of the Go modules of which the sidecar is built. What is required, and
// KEDA's kinds, only a cluster knows: kubectl apply --dry-run=server.
const NOT_KNOWN_HERE = ['ScaledObject', 'TriggerAuthentication'];

const root = path.resolve(import.meta.dirname, '../../../..');
const signal = AbortSignal.timeout(250_000);
const go = findGo();
const rendered = await renderedOverlays();
const skip =
  (typeof rendered === 'string' && rendered) ||
  (go === undefined &&
    'NOT TESTED: the manifests against the schemas of Kubernetes and Dapr, which come with Go');
if (skip && process.env.CI) throw new Error(skip);

/** The folder of a module, fetched if it has to be. */
async function moduleFolder(name: string): Promise<string> {
  const options = {
    what: `Fetching ${name}`,
    report: console.log,
    signal,
    cwd: path.join(root, 'deploy/local/daprd'),
  };
  const said = await run(go ?? 'go', ['mod', 'download', '-json', name], options);
  return (JSON.parse(said) as { Dir: string }).Dir;
}

async function createCheck(): Promise<(manifest: Manifest) => string[] | undefined> {
  const client = await moduleFolder('k8s.io/client-go');
  const builtIn = createTypeCheck(
    readFileSync(path.join(client, 'applyconfigurations/internal/internal.go'), 'utf8'),
  );
  const crds = path.join(await moduleFolder('github.com/dapr/dapr'), 'charts/dapr/crds');
  const files = globSync('*.yaml', { cwd: crds });
  const custom = createCustomCheck(files.map((file) => readFileSync(path.join(crds, file), 'utf8')));
  return (manifest) => builtIn(manifest) ?? custom(manifest);
}

if (skip || typeof rendered === 'string') test('schemas', { skip }, () => {});
else {
  const check = await createCheck();
  for (const [overlay, manifests] of Object.entries(rendered))
    for (const manifest of manifests) {
      const { kind, metadata } = manifest;
      if (NOT_KNOWN_HERE.includes(kind)) continue;
      test(`${overlay}: ${kind} ${metadata.name} says nothing that its schema does not know`, () => {
        assert.deepEqual(check(manifest), []);
      });
    }

  const deployment = rendered.minikube.find(({ kind }) => kind === 'Deployment');
  const component = rendered.minikube.find(({ kind }) => kind === 'Component');
  for (const [what, broken] of [
    ['a field that does not exist', { ...deployment, spec: { ...deployment?.spec, replicaz: 1 } }],
    ['a number that is none', { ...deployment, spec: { ...deployment?.spec, replicas: '1' } }],
    ["a field of Dapr's that does not exist", { ...component, spec: { ...component?.spec, kind: 'x' } }],
    ['a component without a type', { ...component, spec: { ...component?.spec, type: undefined } }],
  ] as const)
    test(`it would find ${what}`, () => assert.equal(check(broken as Manifest)?.length, 1));
}
