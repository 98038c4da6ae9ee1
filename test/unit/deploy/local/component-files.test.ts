import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readSettings } from '../../../../components/mail/nodemailer/settings.ts';
import { typesOf } from '../../../../deploy/local/system/components.ts';

// The keys of each kind in Dapr 1.18, as far as we use them (charts/dapr/crds in dapr/dapr). daprd ignores an unknown key
// silently, and Kubernetes refuses it.
const text = z.string();
const named = z.strictObject({ name: text });
const ref = z.strictObject({ name: text, key: text });
const setting = z.union([
  z.strictObject({ name: text, value: text }),
  z.strictObject({ name: text, secretKeyRef: ref }),
]);
const retry = z.strictObject({
  policy: z.enum(['constant', 'exponential']),
  duration: text.optional(),
  maxInterval: text.optional(),
  maxRetries: z.number().int(),
  matching: z.strictObject({ httpStatusCodes: text }).optional(),
});
const policies = z.strictObject({ timeout: text.optional(), retry: text.optional() });
const directions = z.strictObject({ inbound: policies.optional(), outbound: policies.optional() });

const KINDS = {
  Component: z.strictObject({
    apiVersion: z.literal('dapr.io/v1alpha1'),
    kind: z.literal('Component'),
    metadata: named,
    spec: z.strictObject({ type: text, version: z.enum(['v1', 'v2']), metadata: z.array(setting) }),
    auth: z.strictObject({ secretStore: text }).optional(),
    scopes: z.array(text).min(1),
  }),
  Subscription: z.strictObject({
    apiVersion: z.literal('dapr.io/v2alpha1'),
    kind: z.literal('Subscription'),
    metadata: named,
    spec: z.strictObject({
      pubsubname: text,
      topic: text,
      routes: z.strictObject({ default: text }),
      metadata: z.record(text, text).optional(),
    }),
    scopes: z.array(text).min(1),
  }),
  Resiliency: z.strictObject({
    apiVersion: z.literal('dapr.io/v1alpha1'),
    kind: z.literal('Resiliency'),
    metadata: named,
    spec: z.strictObject({
      policies: z.strictObject({
        timeouts: z.record(text, text).optional(),
        retries: z.record(text, retry).optional(),
      }),
      targets: z.strictObject({
        apps: z.record(text, policies).optional(),
        components: z.record(text, directions).optional(),
      }),
    }),
    scopes: z.array(text).optional(),
  }),
  Configuration: z.strictObject({
    apiVersion: z.literal('dapr.io/v1alpha1'),
    kind: z.literal('Configuration'),
    metadata: named,
    spec: z.record(text, z.unknown()),
  }),
};

interface Setting {
  name: string;
  value?: string;
}

const root = resolve(import.meta.dirname, '../../../../components');
const files = globSync('**/*.yaml', { cwd: root }).sort();
const forKustomize = files.filter((file) => basename(file) === 'kustomization.yaml');
/** Folders whose components use files on one machine's disk. */
const NOT_IN_A_CLUSTER = ['blobs/sqlite', 'secrets/local'];
const documents = files
  .filter((file) => !forKustomize.includes(file))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => ({
      file,
      content: document.toJS() as {
        kind: keyof typeof KINDS;
        metadata: { name: string };
      },
    })),
  );

describe('components/', () => {
  for (const { file, content } of documents) {
    it(`contains only keys that Dapr knows in ${file}`, () => {
      const known = KINDS[content.kind]?.safeParse(content);
      assert.ok(known, `there is no kind ${content.kind}`);
      assert.ok(known.success, known.error && z.prettifyError(known.error));
    });

    it(`contains no secret in ${file}`, () => {
      if (content.kind !== 'Component') return;
      for (const { name, value } of KINDS.Component.parse(content).spec.metadata as Setting[]) {
        if (/password|connectionstring|url|token|key$/i.test(name)) assert.equal(value, undefined, name);
      }
    });
  }

  const subscriptions = documents.filter(({ content }) => content.kind === 'Subscription');
  const [first, ...others] = Object.values(Object.groupBy(subscriptions, ({ file }) => dirname(file)));
  const withoutSettings = (group: typeof documents = []) =>
    group.map(({ content }) => {
      const { spec, ...rest } = KINDS.Subscription.parse(content);
      return { ...rest, spec: { ...spec, metadata: undefined } };
    });
  for (const group of others) {
    it(`subscribes to the same topics in ${group?.[0]?.file} and ${first?.[0]?.file}`, () => {
      assert.deepEqual(withoutSettings(group), withoutSettings(first));
    });
  }

  it('has settings in mail/nodemailer that the component knows, the same as in mail/smtp', () => {
    const [smtp = [], nodemailer = []] = ['mail/smtp/mail.yaml', 'mail/nodemailer/mail.yaml'].map((file) => {
      const found = documents.find((document) => document.file === file);
      return KINDS.Component.parse(found?.content).spec.metadata;
    });
    assert.deepEqual(nodemailer, smtp);
    const secrets: Record<string, string> = { host: 'localhost', port: '25', user: '', password: '' };
    const given = (one: z.output<typeof setting>) => ('value' in one ? one.value : secrets[one.name]);
    readSettings(Object.fromEntries(nodemailer.map((one) => [one.name, given(one) ?? ''])));
  });

  for (const folder of new Set(documents.map(({ file }) => dirname(file)))) {
    it(`lists all files of ${folder} for kustomize, unless they are for one machine`, () => {
      const file = join(root, folder, 'kustomization.yaml');
      if (NOT_IN_A_CLUSTER.includes(folder)) return assert.ok(!existsSync(file));
      assert.deepEqual(parse(readFileSync(file, 'utf8')), {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: globSync('*.yaml', { cwd: join(root, folder) })
          .filter((file) => file !== 'kustomization.yaml')
          .sort(),
      });
    });
  }

  it('lets npm start ignore the files for kustomize', () => {
    const folders = forKustomize.map((file) => dirname(file));
    assert.ok(folders.includes('secrets/kubernetes'));
    for (const folder of folders) {
      const paths = [join(root, folder)];
      const own = documents.filter(({ file }) => dirname(file) === folder);
      const types = own.flatMap(({ content }) =>
        content.kind === 'Component' ? [KINDS.Component.parse(content).spec.type] : [],
      );
      assert.deepEqual([...typesOf(paths)], types);
    }
  });

  it('defines every policy that a Resiliency refers to', () => {
    for (const { file, content } of documents) {
      if (content.kind !== 'Resiliency') continue;
      const { policies, targets } = KINDS.Resiliency.parse(content).spec;
      const directions = Object.values(targets.components ?? {});
      const components = directions.flatMap(({ inbound = {}, outbound = {} }) => [inbound, outbound]);
      for (const { timeout, retry } of [...Object.values(targets.apps ?? {}), ...components]) {
        if (timeout !== undefined) assert.ok(policies.timeouts?.[timeout], `${file}: timeout ${timeout}`);
        if (retry !== undefined) assert.ok(policies.retries?.[retry], `${file}: retry ${retry}`);
      }
    }
  });
});
