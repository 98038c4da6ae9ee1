import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { ensureKustomize, render } from './kustomize.ts';
import { type Manifest, renderedOverlays } from './rendered.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const rendered = await renderedOverlays();
const skip = typeof rendered === 'string' && rendered;
const choices = globSync('{pubsub,blobs}/*/kustomization.yaml', { cwd: path.join(root, 'components') });
const bindings = globSync('*/', { cwd: path.join(root, 'deploy/kubernetes/mail') });

/** Returns a function that replaces part of a line. */
function replaceIn(from: string, to: string): (line: string) => string {
  return (line) => (line.includes(from) ? line.replace(from, to) : line);
}

const CHOICES = [
  ...choices.map((file) => {
    const [kind = '', name = ''] = file.split('/');
    return [
      kind,
      name,
      `components/${kind}/${kind === 'pubsub' ? 'rabbitmq' : 'mongodb'}`,
      `components/${kind}/${name}`,
    ] as const;
  }),
  ...bindings.map(
    (name) => ['mail', name.replace('/', ''), 'mail/nodemailer', `mail/${name.replace('/', '')}`] as const,
  ),
];

for (const [kind, name, from, to] of CHOICES)
  test(`an overlay with the line ${to} uses ${name} for ${kind}`, { skip }, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-choice-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const overlay = path.join(root, 'deploy/kubernetes/overlays/minikube');
    const kustomization = parse(readFileSync(path.join(overlay, 'kustomization.yaml'), 'utf8'));
    for (const list of ['resources', 'components'])
      kustomization[list] = kustomization[list]
        .map(replaceIn(from, to))
        .map((relative: string) => path.relative(folder, path.resolve(overlay, relative)));
    writeFileSync(path.join(folder, 'kustomization.yaml'), stringify(kustomization));
    const kustomize = await ensureKustomize({ report: () => {}, signal: t.signal });
    const manifests = parseAllDocuments(await render(kustomize, folder, t.signal)).map(
      (document) => document.toJS() as Manifest,
    );
    const components = manifests.filter(
      ({ apiVersion, kind }) => kind === 'Component' && /^dapr/.test(apiVersion),
    );
    assert.deepEqual(components.map(({ metadata }) => metadata.name).sort(), ['mail', 'pubsub', 'store']);
    for (const { auth } of components) assert.equal(auth?.secretStore, 'kubernetes');
    const component = { pubsub: 'pubsub', blobs: 'store', mail: 'mail' }[kind];
    const type = components.find(({ metadata }) => metadata.name === component)?.spec.type;
    assert.match(type, new RegExp(`\\.${name.replace('-quorum', '')}$`));
    // The container of the mail binding exists only for nodemailer.
    const hasMailer = manifests.some(
      ({ spec }) => spec?.template?.spec?.initContainers?.[0]?.name === 'mailer',
    );
    assert.equal(hasMailer, to !== 'mail/smtp');
  });
