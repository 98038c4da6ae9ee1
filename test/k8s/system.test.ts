import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import { traitsOf } from '../../deploy/kubernetes/overlay.ts';
import { hasKeda } from '../../deploy/kubernetes/scaler.ts';
import type { Load } from '../load/load-test.ts';
import { broken } from '../load/user.ts';
import { until } from '../support/wait.ts';
import { createDeeds } from './actions.ts';
import { convertingOf } from './conversions.ts';
import { statusOf } from './dapr-invoke.ts';
import { dryRun } from './dry-run.ts';
import { killAtWork } from './kill-during-conversion.ts';
import { openSetting, type Setting } from './test-deployment.ts';
import { leaveMark, SERVERS } from './volume-marker.ts';

// One deployed system for all of them: each leaves it whole. The verdict is over all that was ever sent.
const { K8S_CONTEXT, K8S_STATE = '', K8S_LENGTH } = process.env;
const isShort = K8S_LENGTH === 'short';
const PAUSE_MS = 1_000;
const JOBS = isShort ? 6 : 20;
const LONG_PAUSE_MS = 500;
/** One converter keeps pace with it, so that a conversion that begins anew does not wait behind many. */
const SPARSE_PAUSE_MS = 10_000;
/** For KEDA to ask for the queue's length, every ten seconds, and for the new pod. */
const QUEUE_MS = 5 * 60_000;
/** For converters that are ready to get films to convert. */
const CONVERTING_MS = 5 * 60_000;
/** What one converter works on, and as much again that waits: what is left when a test ends can be converted within minutes. */
const OPEN_PER_USER = 4;
/** A converter works on so many at once, unless it is told otherwise. */
const CONCURRENCY = 2;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();
/** However this process ends, each kubectl ends with it. */
const ending = new AbortController();
process.on('exit', () => ending.abort());

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('in a cluster', { timeout: 120 * 60_000 }, () => {
  const deeds = createDeeds();
  let setting: Setting;
  before(async () => {
    setting = await openSetting({ context: K8S_CONTEXT, stateDir: K8S_STATE, report, signal: ending.signal });
  });
  after(async () => {
    // Nothing to tell of where it could not be opened.
    if (!setting) return;
    await setting.stop();
    // What `npm run test:k8s` prints when all is over.
    writeFileSync(path.join(K8S_STATE, 'table.txt'), deeds.table(setting.trial.sum()));
  });

  /** Whatever becomes of the pods meanwhile, a gateway gives every answer, and no request breaks off. */
  const loaded = async (name: string, load: Omit<Load, 'openPerUser'>, what: () => Promise<unknown>) => {
    await setting.trial.underLoad(name, { ...load, openPerUser: OPEN_PER_USER }, what);
    // A forwarded port leads to one pod, and breaks with it.
    if (setting.door.by === 'the Ingress') assert.deepEqual(broken(setting.tally), []);
  };
  const underLoad = (name: string, jobs: number, what: () => Promise<unknown>) =>
    loaded(name, { jobs, pauseMs: PAUSE_MS, footage: setting.short }, what);
  const underLongLoad = (name: string, jobs: number, what: () => Promise<unknown>, pauseMs = LONG_PAUSE_MS) =>
    loaded(name, { jobs, pauseMs, footage: setting.long }, what);

  const untilConverting = (load: string, count: number) =>
    until(
      `${count} conversions at once`,
      async () => (await convertingOf(setting.trial.ledger, load)) >= count,
      CONVERTING_MS,
    );
  /** Some, or the test would show nothing. */
  const podsOf = async (name: string) => {
    const pods = await setting.deployed.pods(name);
    assert.ok(pods.length > 0, `no pod of ${name}`);
    return pods;
  };
  const nodeSays = async (service: string, args: string[]): Promise<string> => {
    const [pod] = await podsOf(service);
    return (await setting.deployed.exec(pod?.name ?? '', 'app', ['node', ...args])).trim();
  };
  const keepTo = async (count: number) => {
    await setting.scaler.keepTo({ min: count, max: count });
    await setting.deployed.untilReplicas('converter', count);
  };

  for (const overlay of ['minikube', 'production'])
    test(`the API server takes the overlay ${overlay}`, async (t) => {
      const { needsKeda } = await traitsOf(overlay, setting.cluster);
      if (needsKeda && !(await hasKeda(setting.cluster))) return t.skip('KEDA is not in this cluster');
      await dryRun(setting.cluster, overlay, K8S_STATE);
      deeds.overlayTaken(overlay);
    });

  test('a video becomes an MP3 and a mail', () => underLoad('story', 1, async () => {}));

  test('only the gateway may call auth, and only the routes that it needs', async () => {
    const statusFrom = (from: string, method: 'GET' | 'POST', appId: string, route: string) =>
      statusOf(setting.deployed, { from, method, appId, route });
    assert.equal(await statusFrom('gateway', 'GET', 'auth', '.well-known/jwks.json'), '200');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'users?limit=1'), '200');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'metrics'), '403');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'login'), '403');
    assert.equal(await statusFrom('converter', 'GET', 'auth', '.well-known/jwks.json'), '403');
    assert.equal(await statusFrom('converter', 'GET', 'auth', 'users'), '403');
    assert.equal(await statusFrom('notification', 'POST', 'auth', 'login'), '403');
    assert.equal(await statusFrom('gateway', 'POST', 'converter', 'video'), '403');
  });

  test('no service holds a key to the cluster', async () => {
    const look =
      "console.log(require('node:fs').existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token'))";
    for (const service of SERVICES) {
      assert.equal(await nodeSays(service, ['--eval', look]), 'false');
    }
  });

  for (const service of SERVICES)
    test(`each pod of ${service} is deleted, and no request breaks off`, () =>
      underLoad(`${service}-deleted`, JOBS, async () => {
        for (const { name } of await podsOf(service)) {
          await setting.deployed.deletePod(name);
          deeds.podDeleted(service);
          await setting.deployed.untilRolledOut(`deployment/${service}`);
        }
      }));

  test('a converter is killed in the middle of a conversion', async () => {
    const load = 'converter-killed';
    try {
      await keepTo(1);
      const work = async () => {
        await killAtWork(setting, load, () => deeds.killed('converter'));
        await setting.deployed.untilReplicas('converter', 1);
        // The rest of the films is for as many as the manifests say.
        await setting.scaler.restore();
      };
      await underLongLoad(load, JOBS / 2, work, SPARSE_PAUSE_MS);
    } finally {
      await setting.scaler.restore();
    }
  });

  test('one converter becomes four, and four become one in the middle of conversions', async () => {
    try {
      await keepTo(1);
      await underLongLoad('scaled', JOBS, async () => {
        await keepTo(4);
        // More than the one that stays could have under way.
        await untilConverting('scaled', CONCURRENCY + 1);
        await keepTo(1);
        deeds.scaled('1 → 4 → 1', setting.scaler.by);
        // The rest of the films is for as many as the manifests say.
        await setting.scaler.restore();
      });
    } finally {
      await setting.scaler.restore();
    }
  });

  test('converters become more with their queue, and fewer without it', async (t) => {
    if (setting.scaler.by !== 'KEDA') return t.skip('this cluster has no KEDA');
    try {
      await setting.scaler.keepTo({ min: 1, max: 4 });
      await setting.deployed.untilReplicas('converter', 1);
      // More at once than one works on.
      const isSecond = async () => (await setting.deployed.pods('converter')).length > 1;
      await underLongLoad('queued', 12, () => until('a second converter', isSecond, QUEUE_MS), 0);
      await setting.deployed.untilReplicas('converter', 1);
      deeds.scaled('by the length of the queue', setting.scaler.by);
    } finally {
      await setting.scaler.restore();
    }
  });

  test('a new version of every service is rolled out, and back, and no request breaks off', async () => {
    const logLevel = (service: string) => nodeSays(service, ['--print', 'process.env.LOG_LEVEL']);
    await underLoad('rollout', JOBS, async () => {
      for (const service of SERVICES) {
        const before = await logLevel(service);
        await setting.deployed.rollOut(service);
        assert.equal(await logLevel(service), 'debug');
        await setting.deployed.rollBack(service);
        assert.equal(await logLevel(service), before);
        deeds.rolledOutAndBack(service);
      }
    });
  });

  for (const server of SERVERS)
    test(`${server} is started again, and has kept its data`, async () => {
      const mark = await leaveMark(setting.deployed, server);
      try {
        await underLoad(`${server}-restart`, JOBS, async () => {
          await setting.deployed.restart(server);
          assert.deepEqual(await mark.missing(), []);
          deeds.serverRestarted(server);
        });
      } finally {
        await mark.remove();
      }
    });

  test('all of it was kept, and nothing is left over in the store', () => setting.trial.swept());
});
