import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readEnvFile } from '../../deploy/local/write-secrets.ts';
import { INPUT } from '../../services/converter/ffmpeg/untrusted-input.ts';
import type { FailedJobView } from '../../services/gateway/operator/failed-job-view.ts';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import type { StoredJob } from '../../services/shared/jobs/stored-job.ts';
import { type Account, client, mailsTo } from '../support/client.ts';
import { longSilence, media, picture, video } from '../support/media.ts';
import { processesIn } from '../support/processes.ts';
import { storedKeys } from '../support/stored-keys.ts';
import { gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const run = promisify(execFile);
const repoRoot = resolve(import.meta.dirname, '../..');

const noSound = () => media('mute.mp4', ...picture(2));

for (const system of systemsUnderTest()) {
  describe(`a job over ${system.name}`, () => {
    const api = client(system.gatewayUrl);
    const { state, close } = gatewaySidecar(system);
    after(close);

    const ask = (account: Account, method: string, path: string) =>
      api.send(path, { method, headers: api.bearer(account) });

    async function upload(account: Account, path: string, { query = '', key = '' } = {}): Promise<Response> {
      return api.send(`/upload?filename=a.mp4${query}`, {
        method: 'POST',
        headers: {
          ...api.bearer(account),
          'content-type': 'video/mp4',
          ...(key && { 'idempotency-key': key }),
        },
        body: await openAsBlob(path),
      });
    }

    async function accepted(response: Response): Promise<{ id: string; status: string }> {
      assert.equal(response.status, 202, await response.clone().text());
      return (await response.json()) as { id: string; status: string };
    }

    /** Creates a user with a job that has failed, and waits for the mail about it. */
    async function failedJob(): Promise<{ account: Account; id: string }> {
      const account = await api.newAccount();
      const { id } = await accepted(await upload(account, await noSound()));
      assert.equal((await api.finished(account, id)).status, 'failed');
      await waitForMails(account, 1);
      return { account, id };
    }

    /** Waits until there are exactly `count` mails, and fails if there are more. */
    const waitForMails = (account: Account, count: number) =>
      waitFor(`${count} mails`, async () => {
        const all = await mailsTo(system.mailUrl, account.email);
        assert.ok(all.length <= count, `${all.length} mails`);
        return all.length === count;
      });

    /** The job as it is in the state store. */
    const stored = async (id: string): Promise<StoredJob> =>
      JSON.parse((await state.get(`job:${id}`))?.value ?? assert.fail()).document;

    it('can be cancelled during its conversion, and leaves no ffmpeg process, no folder and no mail', async () => {
      const account = await api.newAccount();
      const { id } = await accepted(await upload(account, await longSilence(), { query: '&bitrate=320' }));
      const job = await waitFor(
        'the conversion',
        async () => {
          const job = await api.job(account, id);
          assert.ok(['queued', 'converting'].includes(job.status), JSON.stringify(job.error));
          return job.progress > 0 && job;
        },
        { timeoutMs: 180_000 },
      );
      const folder = (await spoolFolder(system.stateRoot, job)) ?? assert.fail('the job has no folder');
      assert.notDeepEqual(processesIn(folder), []);

      const answer = await ask(account, 'POST', `/jobs/${id}/cancel`);
      assert.equal(answer.status, 200);
      assert.equal(((await answer.json()) as JobView).status, 'cancelled');
      await waitFor('the end of ffmpeg', async () => processesIn(folder).length === 0);
      await waitFor('the end of its folder', async () => !(await stat(folder).catch(() => undefined)));
      assert.equal((await api.job(account, id)).status, 'cancelled');

      assert.equal((await ask(account, 'POST', `/jobs/${id}/cancel`)).status, 200);
      assert.equal((await ask(account, 'GET', `/download/${id}`)).status, 409);
      assert.deepEqual(await mailsTo(system.mailUrl, account.email), []);
    });

    it('can be retried after it has failed, and each generation sends a mail of its own', async () => {
      const { account, id } = await failedJob();
      const retried = await ask(account, 'POST', `/jobs/${id}/retry`);
      assert.equal(retried.status, 202);
      assert.equal(retried.headers.get('location'), `/jobs/${id}`);
      const again = await api.finished(account, id);
      assert.deepEqual([again.status, again.error?.code, again.attempts], ['failed', 'no_audio', 1]);
      await waitForMails(account, 2);
      assert.equal((await stored(id)).run, 2);
    });

    it('can be deleted, which leaves no chunk and no data of its user, and makes every route answer 404', async () => {
      const account = await api.newAccount();
      const path = await video(4);
      const { id } = await accepted(await upload(account, path));
      assert.equal((await api.finished(account, id)).status, 'done');
      const job = await stored(id);
      const keys = [job.video, job.audio].flatMap((blob) => [`blob:${blob}`, `chunk:${blob}:0`]);
      assert.deepEqual(await storedKeys(state, keys), keys);
      await waitForMails(account, 1);

      assert.equal((await ask(account, 'DELETE', `/jobs/${id}`)).status, 204);
      await waitFor('the end of its chunks', async () => (await storedKeys(state, keys)).length === 0);
      const tombstone = (await state.get(`job:${id}`))?.value ?? '';
      assert.ok(!tombstone.includes(account.email) && !tombstone.includes('signature='), tombstone);
      assert.equal((await ask(account, 'DELETE', `/jobs/${id}`)).status, 204);
      for (const [method, path] of [
        ['GET', `/jobs/${id}`],
        ['GET', `/jobs/${id}/events`],
        ['GET', `/download/${id}`],
        ['POST', `/jobs/${id}/retry`],
        ['POST', `/jobs/${id}/cancel`],
      ] as const) {
        assert.equal((await ask(account, method, path)).status, 404, path);
      }
      const list = await (await ask(account, 'GET', '/jobs')).json();
      assert.deepEqual(list, { jobs: [], next_cursor: null });
      // The same content now gives another job.
      assert.notEqual((await accepted(await upload(account, path))).id, id);
    });

    it('is created only once when its upload is repeated with the same Idempotency-Key', async () => {
      const account = await api.newAccount();
      const key = randomUUID();
      const path = await video(3);
      const first = await accepted(await upload(account, path, { key }));
      assert.equal((await accepted(await upload(account, path, { key }))).id, first.id);
      const other = await upload(account, path, { key, query: '&bitrate=64' });
      assert.deepEqual(
        [other.status, ((await other.json()) as { code: string }).code],
        [422, 'idempotency_key_reused'],
      );
      const { jobs } = (await (await ask(account, 'GET', '/jobs')).json()) as { jobs: JobView[] };
      assert.deepEqual(
        jobs.map(({ id }) => id),
        [first.id],
      );
      assert.equal((await api.finished(account, first.id)).status, 'done');
      await waitForMails(account, 1);
    });

    it('is returned for a second upload of the same content once it is done', async () => {
      const account = await api.newAccount();
      const path = await video(3);
      const first = await accepted(await upload(account, path));
      assert.equal((await api.finished(account, first.id)).status, 'done');
      assert.deepEqual(await accepted(await upload(account, path)), { id: first.id, status: 'done' });
      assert.notEqual((await accepted(await upload(account, path, { query: '&bitrate=64' }))).id, first.id);
    });

    describe('as an operator sees it after it has failed', () => {
      const env = {
        ...process.env,
        MP3CONVERTER_OPERATOR_TOKEN: readEnvFile(system.stateRoot, 'gateway').OPERATOR_TOKEN,
        MP3_URL: system.gatewayUrl,
      };
      /** Runs `npm run failed` as an operator would. */
      const failedCommand = (...args: string[]) =>
        run('npm', ['run', '--silent', 'failed', '--', ...args], { cwd: repoRoot, env }).then(
          ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
          ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
        );
      const listed = async (): Promise<FailedJobView[]> => {
        const { code, stdout, stderr } = await failedCommand('list', '--json');
        assert.equal(code, 0, stderr);
        return JSON.parse(stdout);
      };

      it('is in the list, whoever its owner is', async () => {
        const { account, id } = await failedJob();
        // The next pass of the sweep adds it to the list.
        const job = await waitFor('the failed job in the list', async () =>
          (await listed()).find((job) => job.id === id),
        );
        assert.deepEqual([job?.email, job?.error?.code, job?.run], [account.email, 'no_audio', 1]);
        const { stdout } = await failedCommand('list');
        assert.match(
          stdout,
          new RegExp(`^${id}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  no_audio +1  .*a\\.mp4$`, 'm'),
        );
      });

      it('can be retried and dropped, and unknown ids are reported', async () => {
        const { account, id } = await failedJob();
        const unknown = randomUUID();
        const retried = await failedCommand('retry', unknown, id);
        assert.deepEqual([retried.code, retried.stdout], [1, `${id}  is converted again\n`]);
        assert.equal(retried.stderr, `${unknown}  there is no such job (not_found)\n`);
        await waitForMails(account, 2);
        await waitFor('the second failure in the list', async () =>
          (await listed()).some((job) => job.id === id && job.run === 2),
        );

        const { video } = await stored(id);
        assert.deepEqual(await failedCommand('drop', id), {
          code: 0,
          stdout: `${id}  deleted\n`,
          stderr: '',
        });
        assert.ok(!(await listed()).some((job) => job.id === id));
        assert.equal((await ask(account, 'GET', `/jobs/${id}`)).status, 404);
        await waitFor('the end of its video', async () => !(await state.get(`blob:${video}`)));
      });

      it('is shown only with the operator token', async () => {
        const account = await api.newAccount();
        const answers = [await api.send('/operator/failed'), await ask(account, 'GET', '/operator/failed')];
        assert.deepEqual(
          answers.map(({ status }) => status),
          [401, 401],
        );
      });
    });
  });
}

/** Finds the folder in which the converter works on a job, by the size of its input. */
async function spoolFolder(stateRoot: string, { source }: JobView): Promise<string | undefined> {
  const spool = join(stateRoot, '.data', 'spool');
  for (const file of await readdir(spool, { recursive: true })) {
    if (!file.endsWith(`/${INPUT}`)) continue;
    const path = join(spool, file);
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size === source.size) return resolve(path, '..');
  }
  return undefined;
}
