import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/wait.ts';
import { verdictOf } from './evidence.ts';
import { type Footage, type Sent, sendFilms, shoot } from './load.ts';
import { replaceAll } from './rolling.ts';
import { type System, startSystem } from './system.ts';
import { broken, newUser, type Tally, describe as tell, type User } from './users.ts';

// One system for all of them, with two of everything: each leaves it whole. The verdict is over all that was ever sent.
const { CONTAINERS_REPO = '', CONTAINERS_STATE = '', CONTAINERS_RUN = '', CONTAINERS_LENGTH } = process.env;
const isShort = CONTAINERS_LENGTH === 'short';
/** How long a cable is cut, and between two uploads of a user. */
const CUT_MS = isShort ? 8_000 : 20_000;
const PAUSE_MS = isShort ? 1_500 : 2_000;
const JOBS = isShort ? 6 : 20;
const ROLLING_JOBS = isShort ? 15 : 100;

process.on('disconnect', () => process.exit(1));
process.channel?.unref();

const since = performance.now();
const report = (line: string): void =>
  console.log(`${`${Math.round((performance.now() - since) / 1000)}`.padStart(4)} s  ${line}`);

describe('two of every service, in containers', { timeout: 45 * 60_000 }, () => {
  let system: System;
  let footage: Footage;
  let users: User[];
  const tally: Tally = new Map();
  const ledger: Sent[] = [];
  const told = new Set<string>();

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
    users = await Promise.all([1, 2, 3].map(() => newUser({ gateways, tally })));
    report('The system is ready');
  });
  after(() => report(`All tries of the users: ${tell(tally)}`));

  /** Films are sent during `what`; then all must be well, and nothing be left. */
  async function underLoad(name: string, jobs: number, what: () => Promise<unknown>): Promise<void> {
    const began = ledger.length;
    tally.clear();
    await sendFilms({ users, footage, name, jobs, during: what(), pauseMs: PAUSE_MS, ledger });
    report(`${name}: ${ledger.length - began} films sent; the tries of the users: ${tell(tally)}`);
    const { done, findings } = await verdictOf(system, ledger, footage, CONTAINERS_STATE);
    // A finding of an earlier test is that one's.
    const fresh = findings.filter((finding) => !told.has(finding));
    for (const finding of fresh) told.add(finding);
    assert.deepEqual(fresh, []);
    report(`${name}: ${done} jobs done until now, each with one MP3 and one mail`);
  }

  test('a video becomes an MP3 and a mail', () => underLoad('story', 1, async () => {}));

  test('every service is healthy by the check of its image', async () => {
    const all = Object.values(system.replicas).flat();
    assert.equal(all.length, 8);
    for (const replica of all)
      await until(`${replica.name} to be healthy`, async () => (await replica.health()) === 'healthy');
  });

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`${server} is cut off and joined again`, () =>
      underLoad(`${server}-cut`, JOBS, async () => {
        const join = await system.cutOff(server);
        await sleep(CUT_MS);
        await join();
      }));

  test('one converter is cut off in the middle of its work, and joined again', () =>
    underLoad('converter-cut', JOBS, async () => {
      const join = await system.replicas.converter[0]?.cutOff();
      await sleep(CUT_MS);
      await join?.();
    }));

  for (const server of ['rabbitmq', 'mongodb'] as const)
    test(`${server} is started again`, () =>
      underLoad(`${server}-restart`, JOBS, () => system.restart(server)));

  test('each instance of each service gives way to a new one, and no request fails', async () => {
    await underLoad('rolling', ROLLING_JOBS, () => replaceAll(system, { each: isShort ? 1 : 2, report }));
    assert.deepEqual(broken(tally), []);
  });
});
