import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import { traitsOf } from '../../deploy/kubernetes/overlay.ts';
import { hasKeda } from '../../deploy/kubernetes/scaler.ts';
import type { Load } from '../load/load-test.ts';
import { unexpectedResults } from '../load/result-counts.ts';
import {
  assertConfined,
  INTRUDER_COMMAND,
  intrusionTable,
  readIntrusions,
} from '../support/intruder/intruder.ts';
import { waitFor } from '../support/wait.ts';

import { Actions } from './actions.ts';
import { countConverting } from './conversions.ts';
import { invokeStatus } from './dapr-invoke.ts';
import { dryRun } from './dry-run.ts';
import { killDuringConversion } from './kill-during-conversion.ts';
import { openTestDeployment, type TestDeployment } from './test-deployment.ts';
import { SERVERS, writeVolumeMarker } from './volume-marker.ts';

// All tests share one deployed system, and each leaves it complete. Each check is about all films that were ever sent.
const { K8S_CONTEXT, K8S_STATE = '', K8S_LENGTH } = process.env;
const isShort = K8S_LENGTH === 'short';
const PAUSE_MS = 1_000;
const JOBS = isShort ? 6 : 20;
const LONG_PAUSE_MS = 500;
/** One converter keeps pace with this load, so that a conversion that begins again does not have to wait behind many others. */
const SPARSE_PAUSE_MS = 10_000;
/** How long it may take KEDA to see the length of the queue, which it reads every ten seconds, and the new pod to start. */
const QUEUE_MS = 5 * 60_000;
/** How long it may take until converters that are ready have films to convert. */
const CONVERTING_MS = 5 * 60_000;
/** Two conversions in progress and two jobs that wait. So what is left when a test ends can be converted within minutes. */
const OPEN_PER_USER = 4;
/** The default number of conversions that a converter runs at the same time. */
const CONCURRENCY = 2;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();
/** Ends every kubectl when this process ends, whatever the reason. */
const ending = new AbortController();
process.on('exit', () => ending.abort());

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('the system in a cluster', { timeout: 120 * 60_000 }, () => {
  const actions = new Actions();
  let target: TestDeployment;
  before(async () => {
    target = await openTestDeployment({
      context: K8S_CONTEXT,
      stateDir: K8S_STATE,
      report,
      signal: ending.signal,
    });
  });
  after(async () => {
    // If before() failed, there is nothing to report.
    if (!target) return;
    await target.stop();
    // `npm run test:k8s` prints this table in the end.
    writeFileSync(path.join(K8S_STATE, 'table.txt'), actions.table(target.loadTest.totals()));
  });

  /** Whatever happens to the pods meanwhile, a gateway answers every request, and no connection breaks. */
  const loaded = async (name: string, load: Omit<Load, 'openPerUser'>, action: () => Promise<unknown>) => {
    await target.loadTest.underLoad(name, { ...load, openPerUser: OPEN_PER_USER }, action);
    // A forwarded port leads to a single pod, so its connections break with that pod.
    if (target.access.by === 'the Ingress') assert.deepEqual(unexpectedResults(target.counts), []);
  };
  const underLoad = (name: string, jobs: number, action: () => Promise<unknown>) =>
    loaded(name, { jobs, pauseMs: PAUSE_MS, films: target.shortFilms }, action);
  const underLongLoad = (
    name: string,
    jobs: number,
    action: () => Promise<unknown>,
    pauseMs = LONG_PAUSE_MS,
  ) => loaded(name, { jobs, pauseMs, films: target.longFilms }, action);

  const waitForConversions = (load: string, count: number) =>
    waitFor(
      `${count} conversions at once`,
      async () => (await countConverting(target.loadTest.sent, load)) >= count,
      { timeoutMs: CONVERTING_MS },
    );
  /** Fails if there is none, because the test would then prove nothing. */
  const podsOf = async (name: string) => {
    const pods = await target.deployment.pods(name);
    assert.ok(pods.length > 0, `there is no pod of ${name}`);
    return pods;
  };
  const runNode = async (service: string, args: string[]): Promise<string> => {
    const [pod] = await podsOf(service);
    return (await target.deployment.exec(pod?.name ?? '', 'app', ['node', ...args])).trim();
  };
  const keepTo = async (count: number) => {
    await target.scaler.keepTo({ min: count, max: count });
    await target.deployment.waitForReplicas('converter', count);
  };

  for (const overlay of ['minikube', 'production'])
    test(`would accept the overlay ${overlay}, by the API server`, async (t) => {
      const { needsKeda } = await traitsOf(overlay, target.cluster);
      if (needsKeda && !(await hasKeda(target.cluster))) return t.skip('this cluster has no KEDA');
      await dryRun(target.cluster, overlay, K8S_STATE);
      actions.overlays.push(overlay);
    });

  test('converts a video and mails its owner', () => underLoad('conversion', 1, async () => {}));

  test('lets only the gateway call auth and the converter, and only the routes that it needs', async () => {
    const statusFrom = (from: string, method: 'GET' | 'POST', appId: string, route: string) =>
      invokeStatus(target.deployment, { from, method, appId, route });
    assert.equal(await statusFrom('gateway', 'GET', 'auth', '.well-known/jwks.json'), '200');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'users?limit=1'), '200');
    // The gateway decides who may start as a guest, not auth. Nobody can be this guest.
    assert.equal(await statusFrom('gateway', 'POST', 'auth', 'guests'), '200');
    // It has neither a token nor JSON. So auth itself refuses it, and not the sidecar, whose answer is 403.
    assert.match(await statusFrom('gateway', 'POST', 'auth', 'guests/registration'), /^(401|415)$/);
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'metrics'), '403');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'login'), '403');
    assert.equal(await statusFrom('converter', 'GET', 'auth', '.well-known/jwks.json'), '403');
    assert.equal(await statusFrom('converter', 'GET', 'auth', 'users'), '403');
    assert.equal(await statusFrom('notification', 'POST', 'auth', 'login'), '403');
    assert.equal(await statusFrom('notification', 'POST', 'auth', 'guests'), '403');
    // The body of a probe is missing.
    assert.equal(await statusFrom('gateway', 'POST', 'converter', 'probe'), '400');
    assert.equal(await statusFrom('gateway', 'POST', 'converter', 'events/video'), '403');
    assert.equal(await statusFrom('notification', 'POST', 'converter', 'probe'), '403');
  });

  test('gives no service a token of the cluster', async () => {
    const script =
      "console.log(require('node:fs').existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token'))";
    for (const service of SERVICES) {
      assert.equal(await runNode(service, ['--eval', script]), 'false');
    }
  });

  test('leaves nothing to a program in the place of ffmpeg, which gets it all without the sandbox', async () => {
    const [pod] = await podsOf('converter');
    const intrusions = readIntrusions(await target.deployment.exec(pod?.name ?? '', 'app', INTRUDER_COMMAND));
    actions.intrusions = intrusionTable(intrusions);
    report(`\n${actions.intrusions}`);
    assertConfined(intrusions);
  });

  for (const service of SERVICES)
    test(`breaks no request while each pod of ${service} is deleted`, () =>
      underLoad(`${service}-deleted`, JOBS, async () => {
        for (const { name } of await podsOf(service)) {
          await target.deployment.deletePod(name);
          actions.deletedPods.push(service);
          await target.deployment.waitForRollout(`deployment/${service}`);
        }
      }));

  test('converts everything although a converter is killed during a conversion', async () => {
    const load = 'converter-killed';
    try {
      await keepTo(1);
      const killAndRestore = async () => {
        await killDuringConversion(target, load, () => actions.killed.push('converter'));
        await target.deployment.waitForReplicas('converter', 1);
        // The rest of the films is converted by as many converters as the manifests say.
        await target.scaler.restore();
      };
      await underLongLoad(load, JOBS / 2, killAndRestore, SPARSE_PAUSE_MS);
    } finally {
      await target.scaler.restore();
    }
  });

  test('loses no conversion while the converters are scaled from one to four and back', async () => {
    try {
      await keepTo(1);
      await underLongLoad('scaled', JOBS, async () => {
        await keepTo(4);
        // These are more than the converter that stays can run.
        await waitForConversions('scaled', CONCURRENCY + 1);
        await keepTo(1);
        actions.scaled.push(`1 → 4 → 1, by ${target.scaler.by}`);
        // The rest of the films is converted by as many converters as the manifests say.
        await target.scaler.restore();
      });
    } finally {
      await target.scaler.restore();
    }
  });

  test('starts converters when their queue grows, and stops them when it is empty', async (t) => {
    if (target.scaler.by !== 'KEDA') return t.skip('this cluster has no KEDA');
    try {
      await target.scaler.keepTo({ min: 1, max: 4 });
      await target.deployment.waitForReplicas('converter', 1);
      // One converter cannot run as many conversions.
      const isSecond = async () => (await target.deployment.pods('converter')).length > 1;
      await underLongLoad(
        'queued',
        12,
        () => waitFor('a second converter', isSecond, { timeoutMs: QUEUE_MS }),
        0,
      );
      await target.deployment.waitForReplicas('converter', 1);
      actions.scaled.push(`by the length of the queue, by ${target.scaler.by}`);
    } finally {
      await target.scaler.restore();
    }
  });

  test('breaks no request while a new version of every service is rolled out and rolled back', async () => {
    const logLevel = (service: string) => runNode(service, ['--print', 'process.env.LOG_LEVEL']);
    await underLoad('rollout', JOBS, async () => {
      for (const service of SERVICES) {
        const before = await logLevel(service);
        await target.deployment.rollOut(service);
        assert.equal(await logLevel(service), 'debug');
        await target.deployment.rollBack(service);
        assert.equal(await logLevel(service), before);
        actions.rolledOut.push(service);
      }
    });
  });

  for (const server of SERVERS)
    test(`keeps the data of ${server} when it is restarted`, async () => {
      const marker = await writeVolumeMarker(target.deployment, server);
      try {
        await underLoad(`${server}-restart`, JOBS, async () => {
          await target.deployment.restart(server);
          assert.deepEqual(await marker.missing(), []);
          actions.restarted.push(server);
        });
      } finally {
        await marker.remove();
      }
    });

  test('has lost nothing in the end, and left nothing over in the store', () => target.loadTest.checkStore());
});
