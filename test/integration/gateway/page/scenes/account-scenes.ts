import { USER } from '../open-page.ts';
import type { Setting } from './stage.ts';

/** Signing in, and the account. */
export const accountScenes = {
  async welcome({ page }: Setting) {
    await page.locator('form.credentials').waitFor();
  },

  async 'register-error'({ page, stage, t }: Setting) {
    stage.users.set('taken@example.com', USER.password);
    await page.getByRole('button', { name: t('session.register') }).click();
    await page.locator('input[name=email]').fill('taken@example.com');
    await page.locator('input[name=password]').fill('another password');
    await page.locator('form.credentials button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  async 'session-ended'({ page, signUp, stage, t }: Setting) {
    await page.clock.install();
    await page.reload();
    const { email } = await signUp('new');
    // Another scene may be played at the same time, in another session.
    stage.auth.endSessions(email);
    await page.clock.fastForward('15:00');
    await page.getByRole('heading', { name: t('session.ended') }).waitFor();
  },

  async account({ page, signUp, t }: Setting) {
    await signUp('owner');
    await page.getByRole('link', { name: t('shell.account') }).click();
    await page
      .getByRole('button', { name: t('account.sign_out'), exact: true })
      .first()
      .waitFor();
  },
};
