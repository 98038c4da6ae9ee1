import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { run } from '../../deploy/process/run.ts';
import { which } from '../../deploy/process/which.ts';

const tiltfile = path.resolve(import.meta.dirname, '../../tilt/Tiltfile');
const tilt = process.env.TILT_PATH || which('tilt');
const skip =
  (tilt === undefined || which('kubectl') === undefined) && 'Tilt and kubectl are not both installed';

interface Manifest {
  Name: string;
  ImageTargets: { LiveUpdateSpec: { syncs: object[]; execs: object[] } }[] | null;
}

// KUBECONFIG is /dev/null, so that Tilt contacts no cluster.
test('Tilt accepts the Tiltfile with the real manifests', { skip }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-tilt-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const stdout = await run(tilt as string, ['alpha', 'tiltfile-result', '--file', tiltfile], {
    ...{ what: 'Asking Tilt', report: () => {}, signal: t.signal, timeoutMs: 60_000 },
    env: { ...process.env, KUBECONFIG: '/dev/null', TILT_DEV_DIR: folder, TILT_DISABLE_ANALYTICS: '1' },
  });
  const { Manifests: manifests } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { Manifests: Manifest[] };
  const names = manifests.map(({ Name }) => Name);
  const wanted = ['gateway', 'auth', 'converter', 'notification', 'rabbitmq', 'mongodb', 'mysql', 'maildev'];
  for (const name of [...wanted, 'dapr', 'components', 'settings']) assert.ok(names.includes(name), name);
  // Tilt deploys uncategorized objects first, before Dapr is installed, and everything else waits for them.
  assert.ok(!names.includes('uncategorized'));
  const images = manifests.flatMap(({ ImageTargets }) => ImageTargets ?? []);
  const live = images.map((image) => image.LiveUpdateSpec);
  assert.equal(live.length, 4);
  for (const { syncs, execs } of live) assert.deepEqual([syncs.length, execs.length], [2, 1]);
});
