import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobView } from '../../services/shared/jobs/job.ts';
import { createTrial, type Trial } from '../load/load-test.ts';
import { type Footage, shoot } from '../load/send-films.ts';
import { broken, newUser, type Tally, describe as tell } from '../load/user.ts';
import { until } from '../support/wait.ts';
import { replaceAll } from './rolling-update.ts';
import { type Replica, type System, startSystem } from './system.ts';

// One system for all of them, with two of everything: each leaves it whole. The verdict is over all that was ever sent.
const { CONTAINERS_REPO = '', CONTAINERS_STATE = '', CONTAINERS_RUN = '', CONTAINERS_LENGTH } = process.env;
const isShort = CONTAINERS_LENGTH === 'short';
/** How long a cable is cut, and between two uploads of a user. */
const CUT_MS = isShort ? 8_000 : 20_000;
/** For another converter to take over: the silence after which a job is published again, the queue before it, the lease. */
const TAKE_OVER_MS = 60_000;
const PAUSE_MS = isShort ? 1_500 : 2_000;
const JOBS = isShort ? 6 : 20;
/** So that most of them are sent while instances are replaced. */
const ROLLING_PAUSE_MS = isShort ? 2_000 : 500;
const ROLLING_JOBS = isShort ? 15 : 100;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('two of every service, in containers', { timeout: 45 * 60_000 }, () => {
  let system: System;
  let footage: Footage;
  let trial: Trial;
  const tally: Tally = new Map();

  before(async () => {
    footage = await shoot();
    system = await startSystem({
      repoRoot: CONTAINERS_REPO,
      stateDir: CONTAINERS_STATE,
      run: CONTAINERS_RUN,
      replicas: 2,
      report,
    });
    const gateways = () => system.replicas.gateway.map(({ url }) => url);
    const users = await Promise.all([1, 2, 3].map(() => newUser({ gateways, tally })));
    trial = await createTrial({
      ...{ system, users, tally, stateDir: CONTAINERS_STATE, sweepsOften: true, report },
    });
    report('The system is ready');
  });
  after(() => report(`All tries of the users: ${tell(tally)}`));

  const underLoad = (name: string, jobs: number, what: () => Promise<unknown>, pauseMs = PAUSE_MS) =>
    trial.underLoad(name, { jobs, pauseMs, footage }, what);

  test('a video becomes an MP3 and a mail', () => underLoad('story', 1, async () => {}));

  test('every service is healthy by the check of its image', async () => {
    const all = Object.values(system.replicas).flat();
    assert.equal(all.length, 8);
    for (const replica of all)
      await until(`${replica.name} to be healthy`, async () => (await replica.health()) === 'healthy');
  });

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`${server} is cut off and joined again`, async () => {
      await underLoad(`${server}-cut`, JOBS, async () => {
        const join = await system.cutOff(server);
        await sleep(CUT_MS);
        await join();
      });
      // Without the broker every film is accepted, without the store none is.
      assert.equal(tally.has('503'), server === 'mongodb');
    });

  test('one converter is cut off in the middle of its work, and joined again', async () => {
    const [converter] = system.replicas.converter as [Replica];
    const isTakenOver = async (): Promise<boolean> => {
      const own = trial.ledger.filter(({ filename, id }) => id && filename.startsWith('converter-cut'));
      const attempts = own.map(async ({ user, id }) => {
        const { status, bytes } = await user.get(`/jobs/${id}`);
        return status === 200 ? (JSON.parse(bytes.toString()) as JobView).attempts : 0;
      });
      return (await Promise.all(attempts)).some((count) => count > 1);
    };
    await underLoad('converter-cut', JOBS, async () => {
      // It may be done with it in the moment in which it is cut off.
      for (let tries = 0; tries < 3; tries++) {
        await until('the converter to be at work', async () => converter.isAtWork());
        const join = await converter.cutOff();
        const taken = await until('another to take over', isTakenOver, TAKE_OVER_MS).catch(() => false);
        await join();
        if (taken) return;
      }
      assert.fail('the converter was cut off three times, and never in the middle of its work');
    });
  });

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`${server} is started again`, () =>
      underLoad(`${server}-restart`, JOBS, () => system.restart(server)));

  test('each instance of each service gives way to a new one, and no request fails', async () => {
    await underLoad(
      'rolling',
      ROLLING_JOBS,
      () => replaceAll(system, { each: isShort ? 1 : 2, report }),
      ROLLING_PAUSE_MS,
    );
    assert.deepEqual(broken(tally), []);
  });
});
