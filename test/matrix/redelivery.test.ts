import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readRegistry } from '../../deploy/process/registry.ts';
import { mp3EventOf } from '../../services/shared/jobs/job-events.ts';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { client } from '../support/client.ts';
import { media, tone, video } from '../support/media.ts';
import { gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { until } from '../support/wait.ts';
import { Tally } from './job-tracker.ts';

/** Jobs that are under way when something is killed. */
const LOAD = 6;

for (const system of systemsUnderTest()) {
  describe(`over ${system.name}`, () => {
    const dataDir = join(system.stateRoot, '.data');
    const api = client(system.gatewayUrl);
    const sidecar = gatewaySidecar(system);
    const tally = new Tally(api, system.mailUrl);
    const names = () => readRegistry(dataDir).map(({ name }) => name);

    after(async () => {
      if (process.env.TEST_COUNTS) await tally.write(process.env.TEST_COUNTS);
      await sidecar.close();
    });

    /** As the machine would: without a warning. The launcher starts it again. */
    async function kill(name: string): Promise<void> {
      const entry = await until(`${name} to run`, async () =>
        readRegistry(dataDir).find((e) => e.name === name),
      );
      process.kill(entry.process.pid, 'SIGKILL');
      const { started } = entry.process;
      await until(`${name} to run again`, async () =>
        readRegistry(dataDir).some((e) => e.name === name && e.process.started !== started),
      );
    }

    /** How often the replicas of a service have logged a message, about one job or any. */
    function logged(service: string, message: string, id?: string): number {
      const logs = join(dataDir, 'logs');
      return readdirSync(logs)
        .filter((name) => new RegExp(`^${service}(-\\d+)?\\.log$`).test(name))
        .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
        .filter((line) => line.includes(`"msg":"${message}"`))
        .filter((line) => id === undefined || line.includes(`"job_id":"${id}"`)).length;
    }

    const long = () => media('long.wav', ...tone(900, { rate: 16_000 }));

    async function allTold(jobs: Parameters<Tally['told']>[0][]): Promise<void> {
      for (const job of jobs) assert.equal((await tally.told(job)).status, 'done');
    }

    it('an event of a finished job comes again: no second MP3, no second mail', async () => {
      const job = await tally.send(await video(3));
      await tally.told(job);
      const { document } = await createJobStore(sidecar.state).get(job.id);
      const outcome = mp3EventOf(document) ?? assert.fail('the job has no outcome');
      const { trace_id } = document;
      for (let times = 1; times <= 3; times++) {
        await sidecar.publish('video', { job_id: job.id, trace_id });
        await sidecar.publish('mp3', outcome);
        for (const [service, message] of [
          ['converter', 'the job is final: there is nothing to do'],
          ['notification', 'the owner has been told already'],
        ] as const) {
          await until(`${service} to take them`, async () => logged(service, message, job.id) >= times);
        }
      }
      assert.equal((await api.job(job.account, job.id)).attempts, 1);
    });

    it('an event that nobody can read is dropped, and holds up none behind it', async () => {
      const dropped = () => logged('converter', 'an event that nobody can read was dropped');
      const before = dropped();
      await sidecar.publish('video', { job_id: 'none', trace_id: 'none' });
      await until('the converter to drop it', async () => dropped() > before);
      await allTold([await tally.send(await video(2))]);
    });

    it('a converter is killed in the middle of a conversion: the job is done all the same', async () => {
      const job = await tally.send(await long());
      await until('the conversion', async () => (await api.job(job.account, job.id)).status === 'converting');
      const converters = names().filter((name) => /^converter(-\d+)?$/.test(name));
      assert.ok(converters.length > 1, 'two replicas');
      await Promise.all(converters.map(kill));
      await allTold([job]);
    });

    const servers = ['rabbitmq', 'redis', 'nats', 'mongodb', 'postgresql'].filter((name) =>
      names().includes(name),
    );
    // How services and sidecars come back has less to do with what they are over.
    const others = ['converter.daprd', 'notification', 'notification.daprd', 'gateway.daprd'];
    for (const victim of process.env.TEST_SHORT ? servers : [...others, ...servers]) {
      it(`${victim} is killed under load: all are done and told`, async () => {
        const path = await video(4);
        const jobs = await Promise.all(Array.from({ length: LOAD }, () => tally.send(path)));
        await kill(victim);
        await allTold(jobs);
      });
    }

    it('nothing was lost, and nobody was told twice', async () => {
      const { jobs, ...faults } = await tally.count();
      assert.ok(jobs > 0);
      assert.deepEqual(faults, { lost: 0, duplicated: 0 });
    });
  });
}
