import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitFor } from '../../../support/wait.ts';
import { signUp, startPage } from './open-page.ts';
import { ownJob, ownMp3, putJobs } from './put-jobs.ts';
import { focusedText } from './spoken.ts';

describe('deleting jobs on the page', () => {
  it('can be undone until its message disappears, and keeps the focus in the list', async (context) => {
    const gateway = await startPage(context);
    const jobs = ['one', 'two', 'three'].map((filename) => ownJob({ status: 'cancelled', filename }));
    const [one, two, three] = jobs.map(({ id }) => id);
    await putJobs(gateway, ...jobs);
    const { page, complaints } = await gateway.open();
    await page.clock.install();
    await page.reload();
    await signUp(page);
    const shown = () => page.getByRole('heading', { level: 3 }).allTextContents();
    const statusOf = async (id = '') => (await gateway.jobs.find(id))?.status;

    await page.getByRole('button', { name: 'Delete: two' }).press('Enter');
    await waitFor('the row to go', async () => (await shown()).join() === 'one,three');
    await waitFor('the focus', async () => (await focusedText(page)) === 'three');
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await waitFor('the row', async () => (await shown()).length === 3);
    await waitFor('the focus', async () => (await focusedText(page)) === 'two');
    assert.equal(await statusOf(two), 'cancelled');

    await page.getByRole('button', { name: 'Delete: three' }).press('Enter');
    await waitFor('the focus', async () => (await focusedText(page)) === 'two');
    assert.equal(await statusOf(three), 'cancelled');
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    await waitFor('the deletion', async () => (await statusOf(three)) === 'deleted');

    await page.getByRole('button', { name: 'Delete: one' }).press('Enter');
    await page.getByText('one was deleted.').first().waitFor();
    assert.equal(await statusOf(one), 'cancelled');
    await page.clock.fastForward(10_000);
    await waitFor('the deletion', async () => (await statusOf(one)) === 'deleted');
    await waitFor('the row to go', async () => (await shown()).join() === 'two');
    assert.deepEqual(complaints, []);
  });

  it('happens at once when the user leaves the page', async (context) => {
    const gateway = await startPage(context);
    const jobs = ['one', 'two'].map((filename) => ownJob({ status: 'cancelled', filename }));
    await putJobs(gateway, ...jobs);
    const { page } = await gateway.open();
    await signUp(page);
    for (const name of ['one', 'two']) await page.getByRole('button', { name: `Delete: ${name}` }).click();
    await page.goto('about:blank');
    for (const { id } of jobs)
      await waitFor('the deletion', async () => (await gateway.jobs.find(id))?.status === 'deleted');
  });

  it('shows the job again when the deletion fails, and says why', async (context) => {
    const gateway = await startPage(context);
    await putJobs(gateway, ownJob({ status: 'cancelled', filename: 'film.mp4' }));
    const { page } = await gateway.open();
    await signUp(page);
    await page.route('**/jobs/*', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await page.getByRole('button', { name: 'Delete: film.mp4' }).click();
    await page.getByText('Nothing here yet').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('The server does not answer.').first().waitFor();
    await page.getByRole('link', { name: 'film.mp4' }).waitFor();
  });

  it('leads from the page of an MP3 back to the list', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway, { filename: 'film.mp4' });
    await putJobs(gateway, job, ownJob({ status: 'cancelled', filename: 'other.mp4' }));
    const { page, complaints } = await gateway.open();
    await signUp(page);
    await page.getByRole('link', { name: 'film.mp4', exact: true }).click();
    await page.getByRole('slider').waitFor();
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await page.getByRole('link', { name: 'other.mp4' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'film.mp4', exact: true }).count(), 0);
    await waitFor('the focus', async () => (await focusedText(page)) === 'Your MP3s');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'film.mp4', exact: true }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('deletes several selected jobs at once', async (context) => {
    const gateway = await startPage(context);
    const jobs = ['one', 'two', 'three'].map((filename) => ownJob({ status: 'cancelled', filename }));
    await putJobs(gateway, ...jobs);
    const { page, complaints } = await gateway.open();
    await signUp(page);
    await page.getByRole('button', { name: 'Select several' }).press('Enter');
    await page.getByLabel('Select: one').press(' ');
    await page.getByLabel('Select: three').press(' ');
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await page.getByText('2 MP3s were deleted.').first().waitFor();
    await waitFor('the focus', async () => (await focusedText(page)) === 'Your MP3s');
    assert.deepEqual(await page.getByRole('heading', { level: 3 }).allTextContents(), ['two']);
    assert.deepEqual(complaints, []);
  });
});
