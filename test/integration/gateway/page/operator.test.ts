import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { failed } from '../../../support/job.ts';
import { waitFor } from '../../../support/wait.ts';
import { OPERATOR_TOKEN } from '../../../unit/gateway/client/test-gateway.ts';
import { FAILED, startOperatorPage } from './operator-scene.ts';

async function signIn(page: Page, token = OPERATOR_TOKEN): Promise<void> {
  await page.getByLabel('Operator token').fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const total = (page: Page, name: string) =>
  page
    .locator('.total')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');

describe('the page of the operator', () => {
  /** For the tests that change nothing. */
  const afters: (() => unknown)[] = [];
  let shared: Awaited<ReturnType<typeof startOperatorPage>>;
  before(async () => {
    shared = await startOperatorPage({ after: (close) => afters.push(close as () => unknown) });
  });
  after(() => Promise.all(afters.map((close) => close())));

  it('asks for the token, and rejects a wrong one', async () => {
    const { open, url } = shared;
    const { page, complaints, origins } = await open();
    await page.goto(`${url}/operator`);
    await signIn(page, 'wrong');
    await page.getByRole('alert').getByText('This is not the operator token of this server.').waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'Failed jobs' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Failed jobs' }).waitFor();
    assert.equal(await page.evaluate('document.cookie'), '', 'no script can read the session');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').waitFor();
    await page.reload();
    await page.getByLabel('Operator token').waitFor();
    // Chromium names each response with an error.
    assert.deepEqual(
      complaints.filter((complaint) => !/401 \(Unauthorized\)/.test(complaint)),
      [],
    );
    assert.deepEqual([...origins], [url]);
  });

  it('shows the jobs, the converters with their stages and speeds, the components and the versions', async () => {
    const { open, url } = shared;
    const { page, complaints } = await open();
    await page.goto(`${url}/operator`);
    await signIn(page);
    await page.getByText('converter-7d9c5b6f4-x2x8q').waitFor();
    assert.equal(await total(page, 'Waiting').textContent(), '2');
    assert.equal(await total(page, 'Being converted').textContent(), '1');
    assert.equal(await total(page, 'Failed').textContent(), String(FAILED.length));
    assert.match((await total(page, 'First in the queue waits for').textContent()) ?? '', /^3 min/);
    const busy = page.getByRole('listitem').filter({ hasText: 'converter-7d9c5b6f4-x2x8q' });
    for (const text of ['2 of 2 at work', 'converts the sound', '91.5 × real time', '42%'])
      await busy.getByText(text).waitFor();
    await page.getByText('does not say what it is doing').waitFor();
    for (const cell of ['state.mongodb', 'pubsub.rabbitmq', '1.18.2', process.versions.node])
      await page.getByRole('cell', { name: cell, exact: true }).first().waitFor();
    assert.deepEqual(complaints, []);
  });

  it('refreshes the numbers while it is visible', async (context) => {
    const { open, url, failedIndex } = await startOperatorPage(context, { failedJobs: [] });
    const { page } = await open();
    await page.goto(`${url}/operator`);
    await signIn(page);
    await page.getByText('No job has failed.').waitFor();
    assert.equal(await total(page, 'Failed').textContent(), '0');
    await failedIndex.add([failed()]);
    await total(page, 'Failed').getByText('1').waitFor();
  });

  it('retries a failed job, and deletes one after a confirmation, without losing the focus', async (context) => {
    const { open, url, jobs, blobs } = await startOperatorPage(context);
    const [first, second, third] = FAILED;
    assert.ok(first && second && third);
    const source = (async function* () {
      yield Buffer.alloc(10);
    })();
    await blobs.write(first.videoBlobId, source, { expires: new Date(first.expires_at) });
    const { page, complaints } = await open();
    await page.goto(`${url}/operator`);
    await signIn(page);
    const button = (name: string, job: { filename: string }) =>
      page.getByRole('button', { name: `${name} ${job.filename}`, exact: true });
    await button('Retry', first).click();
    await page.getByText(`${first.filename} waits to be converted again.`).first().waitFor();
    assert.notEqual((await jobs.get(first.id)).document.status, 'failed');
    const focused = () => page.evaluate('document.activeElement.textContent');
    await waitFor('the focus', async () => (await focused()) === 'Failed jobs');

    await button('Drop', third).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this job for good?' });
    // The name is markup, and shown as text.
    await dialog.getByText(third.filename).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await waitFor('the focus', async () => (await focused()) === 'Drop');
    assert.equal((await jobs.get(third.id)).document.status, 'failed');
    await button('Drop', third).click();
    await dialog.getByRole('button', { name: 'Drop' }).click();
    await page.getByText(`${third.filename} was deleted.`).first().waitFor();
    assert.equal((await jobs.find(third.id))?.status, 'deleted');
    await waitFor('the focus', async () => (await focused()) === 'Failed jobs');
    assert.equal(await button('Retry', second).count(), 1);
    assert.deepEqual(complaints, []);
  });

  it('shows the failed jobs page by page', async (context) => {
    const failedJobs = Array.from({ length: 45 }, (_, number) => failed({ filename: `film ${number}.mp4` }));
    const { open, url } = await startOperatorPage(context, { failedJobs });
    const { page } = await open();
    await page.goto(`${url}/operator`);
    await signIn(page);
    const items = page.getByRole('button', { name: /^Retry film/ });
    for (const count of [20, 40, 45]) {
      await items.nth(count - 1).waitFor();
      assert.equal(await items.count(), count);
      if (count < 45) await page.getByRole('button', { name: 'Show more' }).click();
    }
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
  });

  it('says how to configure a token when there is none', async (context) => {
    const { open, url } = await startOperatorPage(context, { hasOperator: false });
    const { page } = await open();
    await page.goto(`${url}/operator`);
    await page.getByRole('heading', { name: 'There is no operator of this server yet' }).waitFor();
    await page.getByText('OPERATOR_TOKEN').waitFor();
    assert.equal(await page.getByRole('textbox').count(), 0);
  });
});
