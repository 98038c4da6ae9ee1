import { randomUUID } from 'node:crypto';
import { testUserId } from '../../../../unit/gateway/client/test-gateway.ts';
import { TEST_CODE } from '../../../../unit/gateway/client/test-sign-in.ts';
import { USER } from '../open-page.ts';
import type { Setting } from './stage.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';

/** A service of the operator, and passkeys of somebody who uses them. */
const SERVICE = { id: 'corporate', name: 'Example Corp' };
const PASSKEYS = [
  { name: 'Firefox, Windows', last_used_at: '2026-03-01T09:30:00.000Z' },
  {
    name: 'The key with a long name on the ring of keys, next to the one of the bicycle',
    last_used_at: null,
  },
];

async function openAccount(
  { page, signUp, stage, t }: Setting,
  given: { hasPassword?: boolean; hasOtherWays?: boolean } = {},
) {
  const { hasPassword = true, hasOtherWays = false } = given;
  if (hasOtherWays) {
    await page.route('**/session/oidc', (route) => route.fulfill({ json: { providers: [SERVICE] } }));
    await page.reload();
  }
  const { email } = await signUp('new');
  const { accounts } = stage;
  for (const userAgent of [FIREFOX, PHONE, null]) accounts.addSession(email, userAgent);
  if (!hasPassword) stage.users.set(email, '');
  if (hasOtherWays) {
    const { passkeys, identities } = accounts.signIn;
    const created_at = '2026-01-02T10:00:00.000Z';
    passkeys.set(
      email,
      PASSKEYS.map((passkey, at) => ({ id: `${at}`.repeat(22), credentialId: 'x', created_at, ...passkey })),
    );
    const { id: provider, name } = SERVICE;
    identities.set(email, [{ id: 'a'.repeat(64), provider, name, email: 'ann@corp.example' }]);
  }
  await page.getByRole('link', { name: t('shell.account') }).click();
  await page.getByText(t('account.session_this')).waitFor();
}

/** Opens one of the forms of the account. */
const openForm = async (
  setting: Setting,
  key: Parameters<Setting['t']>[0],
  given: Parameters<typeof openAccount>[1] = {},
) => {
  await openAccount(setting, given);
  await setting.page
    .getByRole('button', { name: setting.t(key), exact: true })
    .last()
    .click();
  await setting.page.locator('form.change').waitFor();
};

/** Opens the form with the secret for an app. */
async function openFactor(setting: Setting): Promise<void> {
  const { page } = setting;
  await openForm(setting, 'account.factor_add');
  await page.locator('input[name=password]').fill(USER.password);
  await page.locator('form.change button[type=submit]').click();
  await page.locator('.qr-code').waitFor();
}

async function openForgot({ page, t }: Setting): Promise<void> {
  await page.locator('input[name=email]').fill(USER.email);
  await page.getByRole('button', { name: t('session.forgot') }).click();
  await page.getByText(t('access.forgot_lead')).waitFor();
}

const openLink = async ({ page, stage }: Setting, action: string, token: string): Promise<void> => {
  await page.goto(`${stage.url}/#/${action}/${token}`);
  await page.locator('.mailed-link h1').waitFor();
};

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
    stage.auth.endSessions(testUserId(email));
    await page.clock.fastForward('15:00');
    await page.getByRole('heading', { name: t('session.ended') }).waitFor();
  },

  async account(setting: Setting) {
    await openAccount(setting);
  },

  async 'account-without-password'(setting: Setting) {
    await openAccount(setting, { hasPassword: false, hasOtherWays: true });
    await setting.page.getByRole('button', { name: setting.t('account.password_set') }).click();
    await setting.page.locator('.notice').waitFor();
  },

  async 'account-without-password-too-late'(setting: Setting) {
    const { page } = setting;
    await openForm(setting, 'account.delete', { hasPassword: false });
    await page.locator('form.change button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  'account-passkey-rename': (setting: Setting) => openForm(setting, 'account.rename', { hasOtherWays: true }),

  async 'account-passkey-remove'(setting: Setting) {
    const { page, t } = setting;
    await openAccount(setting, { hasOtherWays: true });
    await page
      .getByRole('button', { name: t('account.key_delete'), exact: true })
      .first()
      .click();
    await page.locator('input[name=password]').fill('wrong');
    await page.locator('form.change button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  'account-email': (setting: Setting) => openForm(setting, 'account.email_change'),

  async 'account-password-wrong'(setting: Setting) {
    const { page } = setting;
    await openForm(setting, 'account.password_change');
    await page.locator('input[name=password]').fill('wrong');
    await page.locator('input[name=new]').fill('a better password');
    await page.locator('form.change button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  'account-key-new': (setting: Setting) => openForm(setting, 'account.key_new'),

  async 'account-key-made'(setting: Setting) {
    const { page } = setting;
    await openForm(setting, 'account.key_new');
    await page.locator('input[name=name]').fill('My backup script');
    await page.locator('input[name=password]').fill(USER.password);
    await page.locator('form.change button[type=submit]').click();
    await page.locator('.secret').waitFor();
  },

  async 'account-factor'(setting: Setting) {
    await openFactor(setting);
  },

  async 'account-codes'(setting: Setting) {
    const { page } = setting;
    await openFactor(setting);
    await page.locator('input[name=code]').fill(TEST_CODE);
    await page.locator('form.change button[type=submit]').click();
    await page.locator('.codes').waitFor();
  },

  'account-passkey': (setting: Setting) => openForm(setting, 'account.passkey_add'),

  async 'second-factor'({ page, stage }: Setting) {
    const email = `${randomUUID()}@example.com`;
    stage.users.set(email, USER.password);
    stage.accounts.signIn.factors.set(email, []);
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill(USER.password);
    await page.locator('form.credentials button[type=submit]').click();
    await page.locator('input[name=code]').waitFor();
  },

  'account-delete': (setting: Setting) => openForm(setting, 'account.delete'),

  'forgot-password': openForgot,

  async 'forgot-password-sent'(setting: Setting) {
    const { page, t } = setting;
    await openForgot(setting);
    await page.getByRole('button', { name: t('access.forgot_send') }).click();
    await page.getByRole('heading', { name: t('access.look') }).waitFor();
  },

  async 'register-check-mail'({ page, stage, t }: Setting) {
    const email = `${randomUUID()}@example.com`;
    stage.accounts.register(email, USER.password);
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill(USER.password);
    await page.locator('form.credentials button[type=submit]').click();
    await page.getByRole('button', { name: t('access.send') }).click();
    await page.locator('.notice').waitFor();
  },

  'link-verify': (setting: Setting) => openLink(setting, 'verify-email', 'x'.repeat(43)),

  'link-reset': (setting: Setting) => openLink(setting, 'reset-password', 'x'.repeat(43)),

  async 'link-expired'(setting: Setting) {
    const { page } = setting;
    await openLink(setting, 'reset-password', 'x'.repeat(43));
    await page.locator('input[name=password]').fill('a better password');
    await page.locator('form.access button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },

  'link-incomplete': (setting: Setting) => openLink(setting, 'change-email', ''),
};
