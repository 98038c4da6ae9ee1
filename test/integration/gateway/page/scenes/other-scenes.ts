import { OPERATOR_TOKEN } from '../../../../unit/gateway/client/test-gateway.ts';
import type { Setting } from './stage.ts';

async function openOperator({ page, stage, t }: Setting, token: string): Promise<void> {
  await page.goto(`${stage.url}/operator`);
  await page.getByLabel(t('operator.token')).fill(token);
  await page.locator('form button[type=submit]').click();
}

async function signIn(setting: Setting): Promise<void> {
  await setting.stage.showConverters();
  await openOperator(setting, OPERATOR_TOKEN);
  await setting.page.getByText('converter-7d9c5b6f4-x2x8q').waitFor();
  await dropButtons(setting).first().waitFor();
}

const dropButtons = ({ page, t }: Setting) => page.getByRole('button', { name: t('operator.drop') });

/** The documents beside the main page. */
export const otherScenes = {
  async 'operator-sign-in'(setting: Setting) {
    await openOperator(setting, 'wrong');
    await setting.page.getByRole('alert').waitFor();
  },

  operator: signIn,

  async 'operator-drop'(setting: Setting) {
    await signIn(setting);
    await dropButtons(setting).first().click();
    await setting.page.getByRole('dialog').waitFor();
  },

  async docs({ page, stage }: Setting) {
    await page.goto(`${stage.url}/docs`);
    await page.locator('.opblock').first().waitFor();
  },
};
