import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { mailsTo, mailTo } from '../support/client.ts';
import { browserAt } from '../support/cookie-browser.ts';
import { video } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

type Browser = ReturnType<typeof browserAt>;

async function startAsGuest(url: string): Promise<Browser> {
  const browser = browserAt(url);
  const { status, json } = await browser.send('POST', '/session/guest');
  assert.equal(status, 200);
  assert.deepEqual([json.account.email, json.account.guest, json.guests], [null, true, true]);
  return browser;
}

/** Converts a film, and returns the job as it has ended. */
async function convert({ send }: Browser, film: string, name: string): Promise<JobView> {
  const body = await readFile(film);
  const { status, json, text } = await send('POST', `/upload?filename=${name}`, { body });
  assert.equal(status, 202, text);
  return waitFor(`job ${json.id} to be final`, async () => {
    const job: JobView = (await send('GET', `/jobs/${json.id}`)).json;
    return ['done', 'failed', 'cancelled'].includes(job.status) && job;
  });
}

async function assertDownloads({ send }: Browser, { id, mp3 }: JobView): Promise<void> {
  const { status, bytes } = await send('GET', `/download/${id}`);
  assert.equal(status, 200);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), mp3?.sha256);
}

for (const system of systemsUnderTest()) {
  describe(`guests over ${system.name}`, () => {
    /** The lines of all services about a job that are warnings or worse. */
    async function troubleWith(id: string): Promise<string[]> {
      const folder = path.join(system.stateRoot, '.data/logs');
      const files = (await readdir(folder)).filter((name) =>
        /^(gateway|converter|notification)[^.]*\.log$/.test(name),
      );
      const logs = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
      const lines = logs.flatMap((log) => log.split('\n')).filter((line) => line.includes(id));
      assert.ok(lines.length > 0);
      return lines.filter((line) => /"level":(40|50|60|"(warn|error|fatal)")/.test(line));
    }

    it('lets a guest convert a film and register, keeps the job, and mails only about jobs after that', async () => {
      const guest = await startAsGuest(system.gatewayUrl);
      const first = await convert(guest, await video(3), 'first.mp4');
      assert.equal(first.status, 'done', JSON.stringify(first.error));
      await assertDownloads(guest, first);

      const before = guest.copy();
      const credentials = { email: `${randomUUID()}@example.com`, password: `${randomUUID()} é` };
      const registered = await guest.send('POST', '/session/registration', { body: credentials });
      assert.equal(registered.status, 200, registered.text);
      const { id } = (await before.send('GET', '/session')).json.account;
      assert.deepEqual(registered.json.account, { id, email: credentials.email, guest: false });
      assert.equal((await before.send('POST', '/session/renewal')).status, 401);

      const { jobs } = (await guest.send('GET', '/jobs')).json;
      assert.deepEqual(
        jobs.map((job: JobView) => job.id),
        [first.id],
      );
      await assertDownloads(guest, first);
      assert.deepEqual(await mailsTo(system.mailUrl, credentials.email), []);

      const second = await convert(guest, await video(2), 'second.mp4');
      const mail = await mailTo(system.mailUrl, credentials.email);
      assert.ok(mail.html.includes(second.id) && !mail.html.includes(first.id));
      assert.equal((await mailsTo(system.mailUrl, credentials.email)).length, 1);
      assert.deepEqual(await troubleWith(first.id), []);
    });

    it('lets two guests see nothing of each other', async () => {
      const [one, other] = [await startAsGuest(system.gatewayUrl), await startAsGuest(system.gatewayUrl)];
      const { id } = await convert(one, await video(2), 'mine.mp4');
      for (const target of [`/jobs/${id}`, `/download/${id}`, `/jobs/${id}/link`])
        assert.equal((await other.send('GET', target)).status, 404, target);
      assert.deepEqual((await other.send('GET', '/jobs')).json.jobs, []);
    });

    it('keeps the guest where somebody starts twice, and where the first response was lost', async () => {
      const guest = await startAsGuest(system.gatewayUrl);
      const { account } = (await guest.send('GET', '/session')).json;
      assert.deepEqual((await guest.send('POST', '/session/guest')).json.account, account);
      guest.jar.delete('mp3_access');
      assert.deepEqual((await guest.send('POST', '/session/guest')).json.account, account);
      const credentials = { email: `${randomUUID()}@example.com`, password: `${randomUUID()} é` };
      const lost = guest.copy();
      assert.equal((await lost.send('POST', '/session/registration', { body: credentials })).status, 200);
      const repeated = await guest.send('POST', '/session/registration', { body: credentials });
      assert.equal(repeated.json.account.id, account.id);
    });
  });
}
