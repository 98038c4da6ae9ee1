import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { createFilmSource, type FilmSource } from '../load/film-source.ts';
import { createLoadTest, type LoadTest } from '../load/load-test.ts';
import { formatCounts, type ResultCounts, unexpectedResults } from '../load/result-counts.ts';
import { newUser } from '../load/user.ts';
import {
  assertConfined,
  INTRUDER_COMMAND,
  intrusionTable,
  readIntrusions,
} from '../support/intruder/intruder.ts';
import { waitAtMost, waitFor } from '../support/wait.ts';
import { connectCommand, whyNotApart } from './networks.ts';
import type { Replica } from './replica.ts';
import { rollingUpdate } from './rolling-update.ts';
import { type System, startSystem } from './system.ts';

// All tests share one system with two instances of every service, and each leaves it complete. Each check is about all films that
// were ever sent.
const { CONTAINERS_REPO = '', CONTAINERS_STATE = '', CONTAINERS_RUN = '', CONTAINERS_LENGTH } = process.env;
const isShort = CONTAINERS_LENGTH === 'short';
/** How long a server is disconnected. */
const CUT_MS = isShort ? 8_000 : 20_000;
/**
 * How long another converter may need to take over a job. It includes the time after which a stalled job is published again, the
 * jobs that are queued before it, and the lease.
 */
const TAKE_OVER_MS = 60_000;
/** Between two uploads of one user. */
const PAUSE_MS = isShort ? 1_500 : 2_000;
const JOBS = isShort ? 6 : 20;
/** Between two uploads of one user during the rolling update, so that most films are sent while it runs. */
const ROLLING_PAUSE_MS = isShort ? 2_000 : 500;
const ROLLING_JOBS = isShort ? 15 : 100;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('the system in containers, with two instances of every service', { timeout: 45 * 60_000 }, () => {
  let system: System;
  let films: FilmSource;
  let loadTest: LoadTest;
  const counts: ResultCounts = new Map();

  before(async () => {
    films = await createFilmSource();
    system = await startSystem({
      repoRoot: CONTAINERS_REPO,
      stateDir: CONTAINERS_STATE,
      run: CONTAINERS_RUN,
      replicas: 2,
      report,
    });
    const gateways = () => system.replicas.gateway.map(({ url }) => url);
    const users = await Promise.all([1, 2, 3].map(() => newUser({ gateways, counts })));
    loadTest = await createLoadTest({
      ...{ system, users, counts, stateDir: CONTAINERS_STATE, sweepsOften: true, report },
    });
    report('The system is ready');
  });
  after(() => report(`All attempts of the users: ${formatCounts(counts)}`));

  const underLoad = (name: string, jobs: number, action: () => Promise<unknown>, pauseMs = PAUSE_MS) =>
    loadTest.underLoad(name, { jobs, pauseMs, films }, action);

  test('converts a video and mails its owner', () => underLoad('conversion', 1, async () => {}));

  test('reports every service as healthy by the check of its image', async () => {
    const all = Object.values(system.replicas).flat();
    assert.equal(all.length, 8);
    for (const replica of all)
      await waitFor(`${replica.name} to be healthy`, async () => (await replica.health()) === 'healthy');
  });

  test('leaves nothing to a program in the place of ffmpeg, which gets it all without the sandbox', async () => {
    const [converter] = system.replicas.converter as [Replica];
    const intrusions = readIntrusions(await converter.exec(INTRUDER_COMMAND));
    report(`\n${intrusionTable(intrusions)}`);
    assertConfined(intrusions);
  });

  test('lets a service reach the internal ports of those sidecars alone that it calls', async (context) => {
    const reason = await whyNotApart();
    if (reason !== undefined) return context.skip(reason);
    const INTERNAL_PORT = 50_002;
    const CALLED: Record<string, string[]> = {
      gateway: ['auth', 'converter'],
      auth: ['gateway', 'notification'],
      converter: ['gateway'],
      notification: ['auth'],
    };
    const addresses = await Promise.all(
      Object.values(system.replicas)
        .flat()
        .map(async ({ service, addresses }) => ({ service, of: [...(await addresses()).values()] })),
    );
    for (const [caller, allowed] of Object.entries(CALLED)) {
      const [replica] = system.replicas[caller as keyof typeof CALLED & 'auth'] as [Replica];
      const others = addresses.filter(({ service }) => service !== caller);
      const asked = others.flatMap(({ service, of }) =>
        of.map((host) => ({ service, address: `${host}:${INTERNAL_PORT}` })),
      );
      const printed = await replica.exec(connectCommand(asked.map(({ address }) => address)));
      const reached = new Set(JSON.parse(printed) as string[]);
      const services = asked.filter(({ address }) => reached.has(address)).map(({ service }) => service);
      assert.deepEqual([...new Set(services)].toSorted(), allowed, caller);
    }
  });

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`loses no job while ${server} is disconnected`, async () => {
      await underLoad(`${server}-cut`, JOBS, async () => {
        const reconnect = await system.disconnect(server);
        await sleep(CUT_MS);
        await reconnect();
      });
      // Without the broker every film is accepted, and without the store none is.
      assert.equal(counts.has('503'), server === 'mongodb');
    });

  test('lets the other converter take over when one is disconnected during a conversion', async () => {
    const [converter] = system.replicas.converter as [Replica];
    const isTakenOver = async (): Promise<boolean> => {
      const own = loadTest.sent.filter(({ filename, id }) => id && filename.startsWith('converter-cut'));
      const attempts = own.map(async ({ user, id }) => {
        const { status, bytes } = await user.get(`/jobs/${id}`);
        return status === 200 ? (JSON.parse(bytes.toString()) as JobView).attempts : 0;
      });
      return (await Promise.all(attempts)).some((count) => count > 1);
    };
    await underLoad('converter-cut', JOBS, async () => {
      // The conversion may end in the moment in which the converter is disconnected.
      for (let attempts = 0; attempts < 3; attempts++) {
        await waitFor('the converter to begin a conversion', () => converter.isConverting());
        const reconnect = await converter.disconnect();
        const isTaken = await waitAtMost(isTakenOver, { timeoutMs: TAKE_OVER_MS }).catch(() => false);
        await reconnect();
        if (isTaken) return;
      }
      assert.fail('the converter was disconnected three times, and never during a conversion');
    });
  });

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`loses no job while ${server} is restarted`, () =>
      underLoad(`${server}-restart`, JOBS, () => system.restart(server)));

  test('fails no request while each instance of each service is replaced by a new one', async () => {
    await underLoad(
      'rolling',
      ROLLING_JOBS,
      () => rollingUpdate(system, { perService: isShort ? 1 : 2, report }),
      ROLLING_PAUSE_MS,
    );
    assert.deepEqual(unexpectedResults(counts), []);
  });
});
