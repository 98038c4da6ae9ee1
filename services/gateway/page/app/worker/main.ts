/**
 * The service worker of the page. It does three things: it takes the films that somebody shares with the installed page, it shows
 * notifications where a page cannot, and it opens a job when its notification is pressed.
 *
 * It caches nothing. The HTTP cache holds the scripts, whose names contain a hash, and the HTML has to be asked for each time.
 * So it cannot keep an old version of the page alive, and without a network a browser shows its own page.
 *
 * The gateway serves it at the root, so its scope is the whole page and no header `Service-Worker-Allowed` is needed.
 */

import { keepShare } from '../share/keep-share.ts';
import { SHARE_PATH } from '../share/share-target.ts';
import { openJobOf } from './open-job.ts';
import { isShare, receiveShare } from './receive-share.ts';

declare const self: ServiceWorkerGlobalScope;

/** Some browsers can be told which requests go past the worker, so that they need not start it for the others. */
interface RoutedInstallEvent extends ExtendableEvent {
  addRoutes?: (rules: { condition: object; source: 'network' }[]) => Promise<void>;
}

self.addEventListener('install', (event: RoutedInstallEvent) => {
  // A new version needs not wait for the end of all tabs, because no tab depends on what the old one did.
  void self.skipWaiting();
  const others = { not: { urlPattern: { pathname: SHARE_PATH } } };
  // See https://w3c.github.io/ServiceWorker/#service-worker-static-routing
  const routed = event.addRoutes?.([{ condition: others, source: 'network' }]);
  // A browser that knows no `not` asks the worker each time.
  if (routed) event.waitUntil(routed.catch(() => undefined));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  // A request that is not answered here goes to the network as if there were no worker: uploads, downloads, streams of events.
  if (isShare(event.request)) event.respondWith(receiveShare(event.request, self.location.origin, keepShare));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openJobOf(event.notification.tag, self.clients));
});
