import { computed, signal } from '@preact/signals';

/** What the link of a mail is for. */
export const LINK_ACTIONS = ['verify-email', 'reset-password', 'change-email'] as const;
export type LinkAction = (typeof LINK_ACTIONS)[number];

/**
 * What the page shows, as the fragment of its URL says: nothing, `#/jobs/<id>`, `#/account`, and `#/<action>/<token>` of the link
 * of a mail.
 */
export type Route =
  | { view: 'home' }
  | { view: 'job'; id: string }
  | { view: 'account' }
  | { view: 'link'; action: LinkAction; token: string };

const fragment = signal('');
const read = (): void => {
  fragment.value = location.hash;
  const to = parseRoute(location.hash);
  // The token is a secret. It must not stay in the address bar, in the history, or in a bookmark.
  if (to.view === 'link') history.replaceState(history.state, '', `#/${to.action}`);
};
read();
addEventListener('hashchange', read);

export const route = computed<Route>(() => parseRoute(fragment.value));

export function parseRoute(hash: string): Route {
  const [, view, id = ''] = hash.split('/');
  if (view === 'jobs' && /^[\da-f-]{36}$/.test(id)) return { view: 'job', id };
  if (view === 'account') return { view: 'account' };
  const action = LINK_ACTIONS.find((known) => known === view);
  if (action) return { view: 'link', action, token: /^[\w-]{1,200}$/.test(id) ? id : '' };
  return { view: 'home' };
}

/** The fragment that leads to a view, for `href`. */
export const hrefOf = (to: Exclude<Route, { view: 'link' }>): string =>
  to.view === 'job' ? `#/jobs/${to.id}` : to.view === 'account' ? '#/account' : '#/';
