import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { signMessage } from '../../services/shared/contract/signed-message.ts';
import { mailsTo, mailTo } from '../support/client.ts';
import { eventSecretsOf, systemsUnderTest, unsignedSidecar } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

/** What a forger would like to be mailed. */
const outcome = (email: string) => ({
  job_id: randomUUID(),
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  run: 1,
  status: 'done',
  email,
  filename: 'your film.mp4',
  mp3: { size: 1000, duration_seconds: 1, download_url: 'https://forger.example/download/1' },
  warnings: [],
  error: null,
  expires_at: '2126-01-02T03:04:05.000Z',
});

for (const system of systemsUnderTest().filter(({ replaced }) => replaced.length === 0)) {
  describe(`the inside doors of a system over ${system.name}`, () => {
    const secrets = eventSecretsOf(system);
    const { tokens, otherSidecar, apps } = system;

    /** Calls an app through the internal port of its sidecar, as anything can that reaches this port. */
    const callThroughNeighbour = (app: string, path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${otherSidecar.daprHttpPort}/v1.0/invoke/${app}/method/${path}`, {
        ...init,
        headers: { 'dapr-api-token': tokens.daprApi, ...init.headers },
      });
    const deliver = async (app: string, topic: string, data: unknown) => {
      const reply = await callThroughNeighbour(app, `events/${topic}`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'gateway', type: 'x', data }),
      });
      assert.equal(reply.status, 200);
      return (await reply.json()) as { status: string };
    };
    const droppedBy = async (app: 'converter' | 'notification'): Promise<number> => {
      const reply = await fetch(`http://127.0.0.1:${apps[app].appPort}/metrics`);
      const line = /^events_dropped_total\{.*reason="signature".*\} (\d+)$/m.exec(await reply.text());
      return Number(line?.[1] ?? 0);
    };

    it('mail nobody for a forged event that a neighbour delivers through the internal port of the sidecar', async () => {
      const address = `victim-${randomUUID()}@example.com`;
      const event = outcome(address);
      const genuine = signMessage('mp3', event, secrets);
      const forged: unknown[] = [
        event,
        { ...event, signature: genuine.signature },
        { ...genuine, payload: genuine.payload.replace('forger', 'forged') },
        signMessage('mp3', event, ['the secret of another system, for a test']),
        signMessage('video', event, secrets),
      ];
      const before = await droppedBy('notification');
      for (const data of forged)
        assert.deepEqual(await deliver('notification', 'mp3', data), { status: 'DROP' });
      assert.equal(await droppedBy('notification'), before + forged.length);
      // One that the system has signed is mailed in the same way. So the others were refused for their signatures.
      assert.deepEqual(await deliver('notification', 'mp3', genuine), { status: 'SUCCESS' });
      await mailTo(system.mailUrl, address);
      assert.equal((await mailsTo(system.mailUrl, address)).length, 1);
    });

    it('mail once for an event that a neighbour has copied and delivers again', async () => {
      const address = `owner-${randomUUID()}@example.com`;
      const genuine = signMessage('mp3', outcome(address), secrets);
      for (let times = 0; times < 5; times++) await deliver('notification', 'mp3', genuine);
      await mailTo(system.mailUrl, address);
      assert.equal((await mailsTo(system.mailUrl, address)).length, 1);
    });

    it('drop forged events that come from the broker, without another delivery', async () => {
      const sidecar = unsignedSidecar(system);
      try {
        const before = {
          converter: await droppedBy('converter'),
          notification: await droppedBy('notification'),
        };
        const event = outcome(`victim-${randomUUID()}@example.com`);
        await sidecar.publish('mp3', event);
        await sidecar.publish('video', { job_id: event.job_id, trace_id: event.trace_id });
        for (const app of ['converter', 'notification'] as const)
          await waitFor(`${app} to drop it`, async () => (await droppedBy(app)) > before[app]);
        assert.equal((await mailsTo(system.mailUrl, event.email)).length, 0);
      } finally {
        await sidecar.close();
      }
    });

    const calls: [app: string, method: string, path: string][] = [
      ['auth', 'POST', 'guests'],
      ['auth', 'GET', 'users'],
      ['auth', 'POST', 'login'],
      ['auth', 'POST', 'register'],
      ['converter', 'POST', 'probe'],
      ['notification', 'POST', 'account-mails'],
    ];
    for (const [app, method, path] of calls) {
      it(`answer 403 to a neighbour that calls ${method} /${path} of ${app} without the token of a caller`, async () => {
        for (const headers of [{}, { 'x-caller-token': 'x' }, { 'x-caller-token': '' }]) {
          const reply = await callThroughNeighbour(app, path, {
            method,
            headers: headers as Record<string, string>,
          });
          assert.equal(reply.status, 403);
          assert.match(await reply.text(), /only a service of this system/);
        }
      });
    }
  });
}
