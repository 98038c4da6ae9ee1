import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readRegistry } from '../../deploy/process/registry.ts';
import { mp3EventOf } from '../../services/shared/jobs/job-events.ts';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { client } from '../support/client.ts';
import { LOG_MESSAGES } from '../support/log-messages.ts';
import { media, tone, video } from '../support/media.ts';
import { gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';
import { JobTracker, type TrackedJob } from './job-tracker.ts';

/** Number of jobs in progress when something is killed. */
const LOAD = 6;

for (const system of systemsUnderTest()) {
  describe(`redelivery of events over ${system.name}`, () => {
    const dataDir = join(system.stateRoot, '.data');
    const api = client(system.gatewayUrl);
    const sidecar = gatewaySidecar(system);
    const tracker = new JobTracker(api, system.mailUrl);
    const names = () => readRegistry(dataDir).map(({ name }) => name);

    after(async () => {
      if (process.env.TEST_COUNTS) await tracker.write(process.env.TEST_COUNTS);
      await sidecar.close();
    });

    /** Kills a process by SIGKILL, and waits until the launcher has started it again. */
    async function kill(name: string): Promise<void> {
      const entry = await waitFor(`${name} to run`, async () =>
        readRegistry(dataDir).find((e) => e.name === name),
      );
      process.kill(entry.process.pid, 'SIGKILL');
      const { started } = entry.process;
      await waitFor(`${name} to run again`, async () =>
        readRegistry(dataDir).some((e) => e.name === name && e.process.started !== started),
      );
    }

    /** How often all replicas of a service together have logged a message, about one job or about any. */
    function logged(service: string, message: string, id?: string): number {
      const logs = join(dataDir, 'logs');
      return readdirSync(logs)
        .filter((name) => new RegExp(`^${service}(-\\d+)?\\.log$`).test(name))
        .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
        .filter((line) => line.includes(`"msg":"${message}"`))
        .filter((line) => id === undefined || line.includes(`"job_id":"${id}"`)).length;
    }

    const longSound = () => media('long.wav', ...tone(900, { rate: 16_000 }));

    async function assertAllDone(jobs: TrackedJob[]): Promise<void> {
      for (const job of jobs) assert.equal((await tracker.waitForMail(job)).status, 'done');
    }

    it('makes no second MP3 and sends no second mail when the events of a finished job come again', async () => {
      const job = await tracker.send(await video(3));
      await tracker.waitForMail(job);
      const { document } = await createJobStore(sidecar.state).get(job.id);
      const outcome = mp3EventOf(document) ?? assert.fail('the job has no outcome');
      const { trace_id } = document;
      for (let times = 1; times <= 3; times++) {
        await sidecar.publish('video', { job_id: job.id, trace_id });
        await sidecar.publish('mp3', outcome);
        for (const [service, message] of [
          ['converter', LOG_MESSAGES.jobIsFinal],
          ['notification', LOG_MESSAGES.sentBefore],
        ] as const) {
          await waitFor(`${service} to take them`, async () => logged(service, message, job.id) >= times);
        }
      }
      assert.equal((await api.job(job.account, job.id)).attempts, 1);
    });

    it('drops an invalid event, so that it holds up no event behind it', async () => {
      const dropped = () => logged('converter', LOG_MESSAGES.eventDropped);
      const before = dropped();
      await sidecar.publish('video', { job_id: 'none', trace_id: 'none' });
      await waitFor('the converter to drop it', async () => dropped() > before);
      await assertAllDone([await tracker.send(await video(2))]);
    });

    it('finishes a job although all converters are killed during its conversion', async () => {
      const job = await tracker.send(await longSound());
      await waitFor(
        'the conversion',
        async () => (await api.job(job.account, job.id)).status === 'converting',
      );
      const converters = names().filter((name) => /^converter(-\d+)?$/.test(name));
      assert.ok(converters.length > 1, 'there must be two replicas');
      await Promise.all(converters.map(kill));
      await assertAllDone([job]);
    });

    const servers = ['rabbitmq', 'redis', 'nats', 'mongodb', 'postgresql'].filter((name) =>
      names().includes(name),
    );
    // The short form leaves these out, because their recovery depends less on the infrastructure.
    const others = ['converter.daprd', 'notification', 'notification.daprd', 'gateway.daprd'];
    for (const victim of process.env.TEST_SHORT ? servers : [...others, ...servers]) {
      it(`finishes all jobs and mails their owners although ${victim} is killed under load`, async () => {
        const path = await video(4);
        const jobs = await Promise.all(Array.from({ length: LOAD }, () => tracker.send(path)));
        await kill(victim);
        await assertAllDone(jobs);
      });
    }

    it('has lost no job and sent no mail twice', async () => {
      const { jobs, ...faults } = await tracker.count();
      assert.ok(jobs > 0);
      assert.deepEqual(faults, { lost: 0, duplicated: 0 });
    });
  });
}
