import { computed, signal } from '@preact/signals';

/** What the page shows, as the fragment of its URL says: nothing, `#/jobs/<id>`, `#/account`. */
export type Route = { view: 'home' } | { view: 'job'; id: string } | { view: 'account' };

const fragment = signal(location.hash);
addEventListener('hashchange', () => {
  fragment.value = location.hash;
});

export const route = computed<Route>(() => parseRoute(fragment.value));

export function parseRoute(hash: string): Route {
  const [, view, id = ''] = hash.split('/');
  if (view === 'jobs' && /^[\da-f-]{36}$/.test(id)) return { view: 'job', id };
  if (view === 'account') return { view: 'account' };
  return { view: 'home' };
}

/** The fragment that leads to a view, for `href`. */
export const hrefOf = (to: Route): string =>
  to.view === 'job' ? `#/jobs/${to.id}` : to.view === 'account' ? '#/account' : '#/';
