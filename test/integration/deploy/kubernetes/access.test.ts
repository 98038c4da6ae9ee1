import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type Manifest, manifestsOf, renderedOverlays, workloadsOf } from './rendered.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const rendered = await renderedOverlays();
if (typeof rendered === 'string') test('manifests', { skip: rendered }, () => {});
else for (const [overlay, manifests] of Object.entries(rendered)) describe(overlay, () => check(manifests));

function check(manifests: readonly Manifest[]): void {
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);

  test('only the gateway invokes auth, and only on the routes of its own that need it', () => {
    const named = (service: string) => {
      const pod = workloadsOf(manifests).find(({ name }) => name === service);
      const name = pod?.annotations['dapr.io/config'];
      return ofKind('Configuration', 'dapr.io').find(({ metadata }) => metadata.name === name)?.spec
        .accessControl;
    };
    const read = (file: string): string => readFileSync(path.join(root, 'services/gateway', file), 'utf8');
    const posted = [...read('accounts/routes.ts').matchAll(/path: '(\/\w+)'/g)].map(
      ([, route]) => `POST ${route}`,
    );
    const got = [...read('accounts/auth-keys.ts').matchAll(/= '(\/[^']+)'/g)].map(
      ([, route]) => `GET ${route}`,
    );
    const walked = [...read('sweep/index-old-videos.ts').matchAll(/`(\/\w+)\?/g)].map(
      ([, route]) => `GET ${route}`,
    );
    assert.ok(posted.length === 4 && got.length === 1 && walked.length === 1);
    const { defaultAction, policies } = named('auth');
    assert.equal(defaultAction, 'deny');
    assert.deepEqual(
      policies.map(({ appId, namespace, defaultAction }: Record<string, string>) => [
        appId,
        namespace,
        defaultAction,
      ]),
      [['gateway', 'mp3converter', 'deny']],
    );
    const allowed = policies[0].operations.map(
      ({ name, httpVerb, action }: { name: string; httpVerb: string[]; action: string }) =>
        `${action === 'allow' ? '' : `${action} `}${httpVerb.join()} ${name}`,
    );
    assert.deepEqual(allowed.sort(), [...posted, ...got, ...walked].sort());
    for (const service of ['converter', 'notification']) {
      const closed = named(service);
      assert.deepEqual([closed.defaultAction, closed.policies], ['deny', undefined]);
    }
  });
}
