import { USER } from '../open-page.ts';
import { chooseFilms, noisyFilm, sparseFilm } from '../page-films.ts';
import type { Setting } from './stage.ts';

async function openWelcome({ page, stage, t }: Setting): Promise<void> {
  await page.goto(stage.forGuests.url);
  await startButton({ page, t }).waitFor();
}

const startButton = ({ page, t }: Pick<Setting, 'page' | 't'>) =>
  page.getByRole('button', { name: t('session.guest_start') });

async function openHome(setting: Setting): Promise<void> {
  const { page, t } = setting;
  await openWelcome(setting);
  await startButton(setting).click();
  await page.getByText(t('jobs.empty')).waitFor();
}

async function openAccount(setting: Setting): Promise<void> {
  const { page, t } = setting;
  await openHome(setting);
  await page.getByRole('link', { name: t('session.guest_register') }).click();
  await page.getByRole('heading', { name: t('account.guest') }).waitFor();
}

/** A visit as a guest, where the gateway allows it. */
export const guestScenes = {
  'welcome-guests': openWelcome,

  'guest-home': openHome,

  async 'guest-film'(setting: Setting) {
    const { page, t } = setting;
    await openHome(setting);
    await chooseFilms(page, await noisyFilm('A walk along the coast (2024).mp4', 2), await sparseFilm());
    await page.getByRole('link', { name: t('convert.register_for_more') }).waitFor();
    await page.locator('.sends').waitFor();
  },

  'guest-account': openAccount,

  async 'guest-register-error'(setting: Setting) {
    const { page, stage } = setting;
    stage.forGuests.users.set('taken@example.com', USER.password);
    await openAccount(setting);
    await page.locator('input[name=email]').fill('taken@example.com');
    await page.locator('input[name=password]').fill('another password');
    await page.locator('form.credentials button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  async 'guest-sign-in'(setting: Setting) {
    const { page, t } = setting;
    await openAccount(setting);
    await page.getByRole('button', { name: t('session.sign_in') }).click();
    await page.locator('form .notice.warn').waitFor();
  },

  async 'guest-registered'(setting: Setting) {
    const { page, t } = setting;
    await openAccount(setting);
    await page.locator('input[name=email]').fill(`${crypto.randomUUID()}@example.com`);
    await page.locator('input[name=password]').fill(USER.password);
    await page.locator('form.credentials button[type=submit]').click();
    await page.getByText(t('account.registered')).first().waitFor();
    // The message stays while it is pointed at.
    await page.locator('.toast').hover();
  },

  async 'guest-sign-out'(setting: Setting) {
    const { page, t } = setting;
    await openAccount(setting);
    await page.getByRole('button', { name: t('account.sign_out'), exact: true }).click();
    await page.getByRole('dialog').waitFor();
  },
};
