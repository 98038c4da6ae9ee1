import type { AccountMail, AccountMailKind } from '../shared/contract/account-mail.ts';
import { escapeHtml } from '../shared/runtime/escape-html.ts';
import { formatDate, oneLine } from './format-text.ts';
import { bodies, linkButton, type Message, webAddress } from './message-page.ts';

const MAX_DETAIL = 120;

interface Wording {
  title: string;
  paragraphs: string[];
  /** The label of the link. Without one, the mail only informs. */
  action?: string;
  /** What somebody should do who did not cause the mail. */
  otherwise: string;
}

const RESET_HINT =
  'If this was not you, choose another password at once with «Forgot your password?» on the sign-in page, and look at the list of your sessions.';

/** What each mail says. A mail that a stranger can cause contains no text of the stranger's. */
const WORDINGS: Record<AccountMailKind, Wording> = {
  verify_email: {
    title: 'Confirm your address',
    paragraphs: ['Somebody, most likely you, has registered with this address.'],
    action: 'Confirm the address',
    otherwise:
      'If this was not you, do nothing. Without the confirmation there is no account, nothing else is sent to this address, and the registration is forgotten.',
  },
  account_exists: {
    title: 'You have an account already',
    paragraphs: [
      'Somebody, perhaps you, has tried to use this address for an account. There is one already, and nothing about it has changed.',
      'Sign in with your password. If you have forgotten it, choose another one with «Forgot your password?» on the sign-in page.',
    ],
    otherwise: 'If this was not you, do nothing.',
  },
  reset_password: {
    title: 'Choose another password',
    paragraphs: ['With this link you choose another password for your account.'],
    action: 'Choose a password',
    otherwise: 'If you did not ask for this, do nothing. Your password stays as it is.',
  },
  password_changed: {
    title: 'Your password was changed',
    paragraphs: ['The password of your account was changed, and the other sessions were ended.'],
    otherwise: RESET_HINT,
  },
  password_reset: {
    title: 'Your password was changed',
    paragraphs: [
      'The password of your account was chosen anew with the link of a mail. All sessions and all API keys were ended.',
      'Passkeys, connected services and the second factor are as before. Look at them in your account, and remove what you do not know.',
    ],
    otherwise: RESET_HINT,
  },
  account_claimed: {
    title: 'Your password was changed',
    paragraphs: [
      'The password of your account was chosen anew with the link of a mail. All sessions and all API keys were ended.',
      'Nobody had confirmed this address before, so a stranger could have used it. Passkeys, connected services, the second factor and its recovery codes were removed. Add yours again in your account.',
    ],
    otherwise: RESET_HINT,
  },
  email_change: {
    title: 'Confirm your new address',
    paragraphs: ['The owner of an account, most likely you, wants to use this address from now on.'],
    action: 'Confirm the address',
    otherwise: 'If this was not you, do nothing. Nothing else is sent to this address.',
  },
  email_changed: {
    title: 'The address of your account was changed',
    paragraphs: [
      'Your account has another address from now on. Mails go there, and you sign in with it. This is the last mail to this address.',
    ],
    otherwise: 'If this was not you, write to the operator of this service at once.',
  },
  account_deleted: {
    title: 'Your account was deleted',
    paragraphs: [
      'Your account was deleted, with all jobs and files. This address can be used for a new account.',
    ],
    otherwise: 'If this was not you, write to the operator of this service.',
  },
  new_sign_in_method: {
    title: 'A new way to sign in',
    paragraphs: ['A new way to sign in was added to your account.'],
    otherwise: `${RESET_HINT} Remove the new way to sign in.`,
  },
  sign_in_method_removed: {
    title: 'A way to sign in was removed',
    paragraphs: ['A way to sign in was removed from your account.'],
    otherwise: RESET_HINT,
  },
  new_api_key: {
    title: 'A new API key',
    paragraphs: [
      'An API key was made for your account. Whoever has it uses your account without a password.',
    ],
    otherwise: `${RESET_HINT} That ends all API keys.`,
  },
  wrong_codes: {
    title: 'Wrong codes at sign-in',
    paragraphs: [
      'Somebody, perhaps you, knows the password of your account and has entered several wrong codes of the second factor.',
      'Your recovery codes work in any case.',
    ],
    otherwise: RESET_HINT,
  },
};

/** Writes a mail about an account. Everything that came from a user is escaped, and nothing is loaded from other servers. */
export function accountMessage({ kind, link, detail, expires_at }: AccountMail): Message {
  const { title, paragraphs, action, otherwise } = WORDINGS[kind];
  const shown = detail === null ? [] : [oneLine(detail, MAX_DETAIL)].filter((line) => line !== '');
  const url = action !== undefined && link !== null ? webAddress(link) : undefined;
  const notice = `The link works once, until ${formatDate(expires_at)}.`;
  const html = [
    ...paragraphs.map((text) => paragraph(escapeHtml(text))),
    ...shown.map((text) => paragraph(`<b style="word-break:break-word">${escapeHtml(text)}</b>`)),
    ...(url && action ? [linkButton(url, action), small(escapeHtml(notice)), address(url)] : []),
    small(escapeHtml(otherwise)),
  ];
  const text = [...paragraphs, ...shown, ...(url && action ? [`${action}:\n${url}`, notice] : []), otherwise];
  return { subject: title, ...bodies(title, html.join('\n'), text.join('\n\n')) };
}

const paragraph = (html: string): string => `<p style="margin:0 0 16px">${html}</p>`;
const small = (html: string): string => `<p style="margin:0 0 8px;color:#555555">${html}</p>`;
const address = (url: string): string =>
  `<p style="margin:0 0 16px;color:#555555;font-size:13px;word-break:break-all">${escapeHtml(url)}</p>`;
