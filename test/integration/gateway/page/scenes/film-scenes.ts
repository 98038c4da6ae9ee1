import { readFile } from 'node:fs/promises';
import { file } from '../../../../support/media.ts';
import { chooseFilms, dragFilms, longFilm, noisyFilm } from '../page-films.ts';
import type { Setting } from './stage.ts';

const MEBIBYTE = 1024 ** 2;

async function findFilm({ page, signUp }: Pick<Setting, 'page' | 'signUp'>): Promise<void> {
  await signUp('new');
  await chooseFilms(page, await noisyFilm('A walk along the coast (2024).mp4', 2));
  await page.locator('.sends').waitFor();
}

/** Sends a film until some of it has arrived, and holds it up there. */
async function sendSome(setting: Setting): Promise<void> {
  const { page, t, overWire, signUp } = setting;
  const wire = await overWire();
  await signUp('new');
  await chooseFilms(page, await longFilm());
  await page.locator('.sends').waitFor();
  const held = wire.holdAfter(5 * MEBIBYTE);
  await page.getByRole('button', { name: t('convert.start', { count: 1 }), exact: true }).click();
  await held;
  await page.locator('.film progress').waitFor();
}

/** Films that are chosen and sent. */
export const filmScenes = {
  async 'home-empty'({ page, signUp, t }: Setting) {
    await signUp('new');
    await page.getByText(t('jobs.empty')).waitFor();
  },

  async 'home-drop'({ page, signUp, t }: Setting) {
    await signUp('new');
    await dragFilms(page, await noisyFilm('dropped.mp4', 2));
    await page.getByText(t('convert.drop_here')).waitFor();
  },

  async 'films-found'(setting: Setting) {
    await findFilm(setting);
    await chooseFilms(setting.page, await file('notes.txt', 'no film at all'));
    await setting.page.locator('.film .notice.bad').waitFor();
  },

  async 'films-many'({ page, signUp, t }: Setting) {
    await signUp('new');
    const film = await readFile(await noisyFilm('A walk along the coast (2024).mp4', 2));
    const paths = Array.from({ length: 12 }, (_, place) => file(`Part ${place + 1} of the trip.mp4`, film));
    await chooseFilms(page, ...(await Promise.all(paths)), await file('empty.mp4', ''));
    await page.getByRole('button', { name: t('convert.show_all', { count: 13 }) }).waitFor();
    await page.locator('.film .notice.bad').waitFor();
    await page.locator('.sends').nth(9).waitFor();
  },

  async 'options-open'(setting: Setting) {
    const { page, t } = setting;
    await findFilm(setting);
    await page.getByText(t('convert.own')).click();
    await page.getByRole('button', { name: t('convert.more') }).click();
    await page.getByText(t('convert.option.copy'), { exact: true }).waitFor();
    await page.getByLabel(t('convert.option.start'), { exact: true }).fill('never');
    await page.locator('[aria-invalid=true]').waitFor();
  },

  sending: sendSome,

  async paused(setting: Setting) {
    const { page, t } = setting;
    await sendSome(setting);
    await page.locator('.film-actions button').click();
    await page.locator('.film-actions button', { hasText: t('convert.resume') }).waitFor();
  },

  async 'choose-again'(setting: Setting) {
    const { page, t } = setting;
    await sendSome(setting);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByRole('button', { name: t('convert.choose_again') }).waitFor();
  },

  async 'upload-failed'(setting: Setting) {
    const { page, t } = setting;
    await findFilm(setting);
    const body = JSON.stringify({ status: 415, code: 'not_media', title: 'x', detail: 'x' });
    const answer = { status: 415, contentType: 'application/problem+json', body };
    for (const route of ['**/uploads', '**/uploads/*', '**/upload?*', '**/upload'])
      await page.route(route, (request) => request.fulfill(answer));
    await page.getByRole('button', { name: t('convert.start', { count: 1 }), exact: true }).click();
    await page.locator('.film .notice.bad').waitFor();
  },
};
