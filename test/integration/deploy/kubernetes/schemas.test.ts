import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findGo } from '../../../../deploy/local/tools/go.ts';
import { run } from '../../../../deploy/process/run.ts';
import { createCustomCheck } from './custom-resources.ts';
import { type Manifest, renderedOverlays } from './rendered.ts';
import { createTypeCheck } from './typed-schema.ts';

// Checks fields and types against the definitions of Kubernetes and Dapr, which are in the Go modules from which the sidecar is built.
// Required fields and the kinds of KEDA can only be checked by a cluster: kubectl apply --dry-run=server.
const WITHOUT_SCHEMA = ['ScaledObject', 'TriggerAuthentication'];

const root = path.resolve(import.meta.dirname, '../../../..');
const signal = AbortSignal.timeout(250_000);
const go = findGo();
const rendered = await renderedOverlays();
const skip =
  (typeof rendered === 'string' && rendered) ||
  (go === undefined &&
    'NOT TESTED: the manifests against the schemas of Kubernetes and Dapr, which come with Go');
if (skip && process.env.CI) throw new Error(skip);

/** Returns the folder of a Go module, after fetching it if necessary. */
async function moduleFolder(name: string): Promise<string> {
  const options = {
    what: `Fetching ${name}`,
    report: console.log,
    signal,
    cwd: path.join(root, 'deploy/local/daprd'),
  };
  const json = await run(go ?? 'go', ['mod', 'download', '-json', name], options);
  return (JSON.parse(json) as { Dir: string }).Dir;
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

if (skip || typeof rendered === 'string') test('the manifests match their schemas', { skip }, () => {});
else {
  const check = await createCheck();
  for (const [overlay, manifests] of Object.entries(rendered))
    for (const manifest of manifests) {
      const { kind, metadata } = manifest;
      if (WITHOUT_SCHEMA.includes(kind)) continue;
      test(`${kind} ${metadata.name} of the overlay ${overlay} matches its schema`, () => {
        assert.deepEqual(check(manifest), []);
      });
    }

  const deployment = rendered.minikube.find(({ kind }) => kind === 'Deployment');
  const component = rendered.minikube.find(({ kind }) => kind === 'Component');
  for (const [what, broken] of [
    ['a field that does not exist', { ...deployment, spec: { ...deployment?.spec, replicaz: 1 } }],
    ['a string in the place of a number', { ...deployment, spec: { ...deployment?.spec, replicas: '1' } }],
    [
      'a field that does not exist in a Dapr component',
      { ...component, spec: { ...component?.spec, kind: 'x' } },
    ],
    ['a component without a type', { ...component, spec: { ...component?.spec, type: undefined } }],
  ] as const)
    test(`the check finds ${what}`, () => assert.equal(check(broken as Manifest)?.length, 1));
}
