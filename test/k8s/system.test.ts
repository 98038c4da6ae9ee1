import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SERVICES } from '../../deploy/docker/image-names.ts';
import { type Cluster, openCluster } from '../../deploy/kubernetes/cluster.ts';
import type { JobView } from '../../services/shared/jobs.ts';
import { type Footage, shoot } from '../load/films.ts';
import { createTrial, type Trial } from '../load/under-load.ts';
import { broken, newUser, type Tally } from '../load/users.ts';
import { until } from '../support/wait.ts';
import { createDeeds } from './deeds.ts';
import { type Deployed, openDeployed } from './deployed.ts';
import { type Door, openDoor } from './door.ts';
import { dryRun } from './dry-run.ts';
import { type Scaler, scalerOf } from './scaler.ts';

// One deployed system for all of them: each leaves it whole. The verdict is over all that was ever sent.
const { K8S_CONTEXT, K8S_STATE = '', K8S_LENGTH } = process.env;
const isShort = K8S_LENGTH === 'short';
const SERVERS = ['rabbitmq', 'mongodb', 'mysql'] as const;
const PAUSE_MS = 1_000;
const JOBS = isShort ? 6 : 20;
/** Long enough to be found at work. */
const LONG_SECONDS = 15 * 60;
const LONG_PAUSE_MS = 500;
/** For KEDA to ask for the queue's length, every ten seconds, and for the new pod. */
const QUEUE_MS = 120_000;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('in a cluster', { timeout: 60 * 60_000 }, () => {
  const tally: Tally = new Map();
  const deeds = createDeeds();
  let cluster: Cluster;
  let deployed: Deployed;
  let door: Door;
  let scaler: Scaler;
  let short: Footage;
  let long: Footage;
  let trial: Trial;

  before(async () => {
    cluster = await openCluster({ context: K8S_CONTEXT, report, signal: new AbortController().signal });
    deployed = await openDeployed(cluster);
    for (const service of SERVICES) await deployed.untilRolledOut(`deployment/${service}`);
    door = await openDoor(cluster);
    scaler = await scalerOf(cluster);
    report(`Users come by ${door.by} (${door.url}); converters are scaled by ${scaler.by}`);
    [short, long] = await Promise.all([shoot(), shoot(LONG_SECONDS)]);
    const { url, host } = door;
    const user = { gateways: () => [url], tally, ...(host !== undefined && { host }) };
    const users = await Promise.all([1, 2, 3].map(() => newUser(user)));
    trial = await createTrial({
      ...{ system: deployed, users, tally, stateDir: K8S_STATE, sweepsOften: false, report },
    });
  });
  after(async () => {
    // What `npm run test:k8s` prints when all is over.
    writeFileSync(path.join(K8S_STATE, 'table.txt'), deeds.table(trial.sum()));
    await door?.stop();
    await deployed?.stop();
  });

  const underLoad = (name: string, jobs: number, what: () => Promise<unknown>) =>
    trial.underLoad(name, { jobs, pauseMs: PAUSE_MS, footage: short }, what);
  const underLongLoad = (name: string, jobs: number, what: () => Promise<unknown>) =>
    trial.underLoad(name, { jobs, pauseMs: LONG_PAUSE_MS, footage: long }, what);

  const jobsOf = async (name: string): Promise<JobView[]> => {
    const sent = trial.ledger.filter(({ filename, id }) => id && filename.startsWith(`${name}-`));
    const answers = await Promise.all(sent.map(({ user, id }) => user.get(`/jobs/${id}`)));
    return answers.flatMap(({ status, bytes }) => (status === 200 ? [JSON.parse(bytes.toString())] : []));
  };
  const isConverting = async (name: string): Promise<boolean> =>
    (await jobsOf(name)).some(({ status }) => status === 'converting');

  for (const overlay of ['minikube', 'production'])
    test(`the API server takes the overlay ${overlay}`, async (t) => {
      const needsKeda = overlay === 'production';
      if (needsKeda && !(await cluster.has('customresourcedefinition/scaledobjects.keda.sh')))
        return t.skip('KEDA is not in this cluster');
      await dryRun(cluster, overlay, K8S_STATE);
      deeds.overlayTaken(overlay);
    });

  test('a video becomes an MP3 and a mail', () => underLoad('story', 1, async () => {}));

  test('only the gateway may call auth, and only the routes that it needs', async () => {
    const call = (method: string, appId: string, route: string) => `
      const headers = { 'dapr-api-token': process.env.DAPR_API_TOKEN };
      const url = 'http://127.0.0.1:3500/v1.0/invoke/${appId}/method/${route}';
      const { status } = await fetch(url, { method: '${method}', headers });
      console.log(status);`;
    const statusFrom = async (service: string, ...[method, appId, route]: [string, string, string]) => {
      const pod = (await deployed.pods(service)).find(({ isReady }) => isReady);
      const node = ['node', '--input-type=module', '--eval', call(method, appId, route)];
      return (await deployed.exec(pod?.name ?? '', 'app', node)).trim();
    };
    assert.equal(await statusFrom('gateway', 'GET', 'auth', '.well-known/jwks.json'), '200');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'metrics'), '403');
    assert.equal(await statusFrom('gateway', 'GET', 'auth', 'login'), '403');
    assert.equal(await statusFrom('converter', 'GET', 'auth', '.well-known/jwks.json'), '403');
    assert.equal(await statusFrom('notification', 'POST', 'auth', 'login'), '403');
    assert.equal(await statusFrom('gateway', 'POST', 'converter', 'video'), '403');
  });

  test('no pod holds a key to the cluster', async () => {
    const look =
      "console.log(require('node:fs').existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token'))";
    for (const service of SERVICES) {
      const [pod] = await deployed.pods(service);
      assert.equal((await deployed.exec(pod?.name ?? '', 'app', ['node', '--eval', look])).trim(), 'false');
    }
  });

  for (const service of SERVICES)
    test(`each pod of ${service} is deleted`, () =>
      underLoad(`${service}-deleted`, JOBS, async () => {
        for (const { name } of await deployed.pods(service)) {
          await deployed.deletePod(name);
          deeds.podDeleted(service);
          await deployed.untilRolledOut(`deployment/${service}`);
        }
      }));

  test('a converter is killed in the middle of a conversion', () =>
    underLongLoad('converter-killed', JOBS / 2, async () => {
      await until('a conversion', () => isConverting('converter-killed'));
      for (const { name } of await deployed.pods('converter')) {
        await deployed.killPod(name);
        deeds.podKilled('converter');
      }
      await deployed.untilRolledOut('deployment/converter');
    }));

  test('one converter becomes four, and four become one in the middle of conversions', async () => {
    try {
      await underLongLoad('scaled', JOBS, async () => {
        await scaler.keepTo({ min: 4, max: 4 });
        await deployed.untilReplicas('converter', 4);
        await until('a conversion', () => isConverting('scaled'));
        await scaler.keepTo({ min: 1, max: 1 });
        await deployed.untilReplicas('converter', 1);
        deeds.scaled('1 → 4 → 1', scaler.by);
      });
    } finally {
      await scaler.restore();
    }
  });

  test('converters become more with their queue, and fewer without it', async (t) => {
    if (scaler.by !== 'KEDA') return t.skip('this cluster has no KEDA');
    try {
      await scaler.keepTo({ min: 1, max: 4 });
      await deployed.untilReplicas('converter', 1);
      // More at once than one works on.
      await trial.underLoad('queued', { jobs: 12, pauseMs: 0, footage: long }, () =>
        until('a second converter', async () => (await deployed.pods('converter')).length > 1, QUEUE_MS),
      );
      await deployed.untilReplicas('converter', 1);
      deeds.scaled('by the length of the queue', scaler.by);
    } finally {
      await scaler.restore();
    }
  });

  test('every service gets new pods, and no request breaks off', async () => {
    await underLoad('rollout', JOBS, async () => {
      for (const service of SERVICES) {
        await deployed.restart(`deployment/${service}`);
        deeds.rolledOut(service);
      }
    });
    // A forwarded port leads to one pod, and breaks with it.
    if (door.by === 'the Ingress') assert.deepEqual(broken(tally), []);
  });

  for (const server of SERVERS)
    test(`${server} is started again, and has kept its data`, () =>
      underLoad(`${server}-restart`, JOBS, async () => {
        await deployed.restart(`statefulset/${server}`);
        deeds.serverRestarted(server);
      }));

  test('all of it was kept, and nothing is left over in the store', () => trial.swept());
});
