import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { signalProcess } from '../../deploy/process/child.ts';
import { clock } from '../../services/gateway/client/http/clock.ts';
import { createTransport, type FetchInit } from '../../services/gateway/client/http/transport.ts';
import type { Session } from '../../services/gateway/client/session/session.ts';
import { watchJob } from '../../services/gateway/client/watch-job.ts';
import { type JobsChange, watchJobs } from '../../services/gateway/client/watch-jobs.ts';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { type Account, type Client, client } from '../support/client.ts';
import { video } from '../support/media.ts';
import { startTestSystem } from '../support/start-system.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

/** A session of the client with the token of an account. */
function sessionOf(gatewayUrl: string, { token }: Account): Session {
  const transport = createTransport(gatewayUrl, (url, init: FetchInit) => fetch(url, init as RequestInit));
  return {
    url: gatewayUrl,
    send: (request) =>
      transport.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    signIn: async () => undefined,
    logOut: async () => undefined,
  };
}

const idOf = async (accepted: Response): Promise<string> => {
  assert.equal(accepted.status, 202);
  return ((await accepted.json()) as { id: string }).id;
};

/** Collects what happens to the jobs of an account until the test ends. */
function collect(test: TestContext, gatewayUrl: string, account: Account): JobsChange[] {
  const seen: JobsChange[] = [];
  const stopping = new AbortController();
  const watching = (async () => {
    const options = { clock, signal: stopping.signal };
    for await (const change of watchJobs(sessionOf(gatewayUrl, account), options)) seen.push(change);
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  test.after(async () => {
    stopping.abort();
    await watching;
  });
  return seen;
}

const statusesOf = (seen: JobsChange[], id: string): string[] =>
  seen.flatMap((change) => (change.type === 'job' && change.job.id === id ? change.job.status : []));

for (const system of systemsUnderTest()) {
  describe(`live progress over ${system.name}`, () => {
    it('is one stream for all jobs of a user, from the upload to the deletion', async (test) => {
      const api = client(system.gatewayUrl);
      const [account, stranger] = [await api.newAccount(), await api.newAccount()];
      const [seen, seenByStranger] = [account, stranger].map((each) =>
        collect(test, system.gatewayUrl, each),
      );
      assert.ok(seen && seenByStranger);
      await waitFor('the snapshot', () => seen.some(({ type }) => type === 'snapshot'));
      const path = await video(20);
      const ids = await Promise.all(
        ['one.mp4', 'two.mp4'].map(async (name) => idOf(await api.uploadForm(account, path, '', name))),
      );
      const isDone = (id: string) => statusesOf(seen, id).at(-1) === 'done';
      await waitFor('both jobs to be done', () => ids.every(isDone));
      const [deleted] = ids;
      await api.send(`/jobs/${deleted}`, { method: 'DELETE', headers: api.bearer(account) });
      await waitFor('the deletion', () =>
        seen.some((change) => change.type === 'gone' && change.jobId === deleted),
      );
      assert.deepEqual(
        seenByStranger.map(({ type }) => type),
        ['snapshot'],
      );
    });

    it('continues the stream of a job where it broke off', async () => {
      const api = client(system.gatewayUrl);
      const account = await api.newAccount();
      const id = await idOf(await api.uploadForm(account, await video(2)));
      const session = sessionOf(system.gatewayUrl, account);
      const { signal } = new AbortController();
      const job = await watchJob(session, id, { clock, signal, onChange: () => undefined });
      assert.equal(job.status, 'done');
      const stream = await api.send(`/jobs/${id}/events`, { headers: api.bearer(account) });
      const lastEventId = /^id: (.+)$/m.exec(await stream.text())?.[1] ?? '';
      const again = await api.send(`/jobs/${id}/events`, {
        headers: { ...api.bearer(account), 'last-event-id': lastEventId },
      });
      assert.deepEqual([again.status, await again.text()], [204, '']);
    });
  });
}

describe('a system whose only converter is killed', () => {
  /** Its converter does not start as long as the file `hold` exists. */
  async function startSystem(test: TestContext) {
    const runDir = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'live-'));
    const hold = join(runDir, 'hold');
    const program = '../../node_modules/.bin/node --max-semi-space-size=2 main.ts';
    const system = await startTestSystem({
      ...{
        runDir,
        name: 'live',
        choice: { blobs: 'sqlite' },
        repoRoot: resolve(import.meta.dirname, '../..'),
      },
      commands: { converter: ['sh', '-c', `while [ -e "$HOLD" ]; do sleep 0.1; done; exec ${program}`] },
      appEnv: { converter: { HOLD: hold } },
      env: { LEASE_SECONDS: '6', STALL_SECONDS: '12' },
      report: () => undefined,
      signal: new AbortController().signal,
    });
    test.after(async () => {
      await system.stop();
      rmSync(runDir, { recursive: true, force: true });
    });
    return { ...system.view, hold, converter: system.system.apps.converter };
  }

  const isWaitingFor = async (api: Client, account: Account, id: string, converters: number) => {
    const { queue }: JobView = await api.job(account, id);
    return queue?.converters === converters && queue;
  };

  it('tells a queued job that there is none, and converts it when one starts', async (test) => {
    const { gatewayUrl, hold, converter } = await startSystem(test);
    const api = client(gatewayUrl);
    const account = await api.newAccount();
    const first = await idOf(await api.uploadForm(account, await video(2), '', 'first.mp4'));
    assert.equal((await api.finished(account, first)).status, 'done');

    writeFileSync(hold, '');
    signalProcess(converter.appPid ?? 0, 'SIGKILL');
    const ids: string[] = [];
    for (const name of ['second.mp4', 'third.mp4'])
      ids.push(await idOf(await api.uploadForm(account, await video(2), '', name)));
    const [second, third] = ids as [string, string];
    const place = await waitFor('0 converters', () => isWaitingFor(api, account, third, 0), {
      timeoutMs: 120_000,
    });
    assert.equal(place.position, 2);
    assert.equal(((await isWaitingFor(api, account, second, 0)) || { position: 0 }).position, 1);

    rmSync(hold);
    for (const id of ids) assert.equal((await api.finished(account, id)).status, 'done');
  });
});
