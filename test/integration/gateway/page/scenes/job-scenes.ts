import { ownJob, putJobs } from '../put-jobs.ts';
import type { Setting } from './stage.ts';

async function openList({ page, signUp, stage }: Setting): Promise<void> {
  await signUp('owner');
  await page.getByRole('link', { name: stage.own.done.filename, exact: true }).waitFor();
}

async function openJob(setting: Setting, { id }: { id: string }): Promise<void> {
  await openList(setting);
  await setting.page.evaluate(`location.hash = '#/jobs/${id}'`);
  await setting.page.locator('article.result').waitFor();
}

async function openMp3(setting: Setting): Promise<void> {
  await openJob(setting, setting.stage.own.done);
  await setting.page.getByRole('slider').waitFor();
  await setting.page.getByRole('img').first().waitFor();
}

/** The list of conversions, and each of them. */
export const jobScenes = {
  jobs: openList,

  async 'jobs-player'(setting: Setting) {
    const { page, stage, t } = setting;
    await openList(setting);
    await page.getByRole('button', { name: t('jobs.listen_one', { name: stage.own.done.filename }) }).click();
    await page.getByRole('slider').waitFor();
  },

  async 'jobs-selection'(setting: Setting) {
    const { page, stage, t } = setting;
    await openList(setting);
    await page.getByRole('button', { name: t('jobs.select') }).click();
    await page.getByLabel(t('jobs.select_one', { name: stage.own.done.filename })).check();
    await page.getByText(t('jobs.selected', { count: 1 })).waitFor();
  },

  async 'jobs-deleted'(setting: Setting) {
    const { page, stage, t } = setting;
    const job = ownJob({ status: 'cancelled', filename: 'not needed any more.mp4' });
    await putJobs(stage, job);
    await openList(setting);
    await page
      .getByRole('button', { name: t('jobs.delete_one', { name: job.filename }) })
      .first()
      .click();
    await page.getByRole('button', { name: t('jobs.undo') }).waitFor();
    // The message stays while it is pointed at.
    await page.locator('.toast').hover();
  },

  async 'jobs-none-found'(setting: Setting) {
    const { page, t } = setting;
    await openList(setting);
    await page.getByLabel(t('jobs.search')).fill('nothing like it');
    await page.getByText(t('jobs.no_match'), { exact: true }).waitFor();
  },

  'job-done': openMp3,

  async 'job-again'(setting: Setting) {
    const { page, t } = setting;
    await openMp3(setting);
    await page.getByRole('button', { name: t('result.again') }).click();
    await page.locator('.options-form').waitFor();
  },

  async 'job-rename'(setting: Setting) {
    const { page, t } = setting;
    await openMp3(setting);
    await page.getByRole('button', { name: t('result.rename') }).click();
    await page.getByLabel(t('result.name'), { exact: true }).waitFor();
  },

  'job-failed': (setting: Setting) => openJob(setting, setting.stage.own.failed),

  'job-converting': (setting: Setting) => openJob(setting, setting.stage.own.converting),

  async 'job-gone'({ page, signUp, t }: Setting) {
    await signUp('owner');
    await page.evaluate("location.hash = '#/jobs/00000000-0000-4000-8000-000000000000'");
    await page.getByRole('heading', { name: t('jobs.gone') }).waitFor();
  },
};
