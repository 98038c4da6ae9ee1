import { hrefOf, parseRoute } from './route.ts';
import type { OpenJobMessage } from './worker/messages.ts';

const URL_OF_WORKER = '/service-worker.js';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** Registers the service worker, and follows what it says. Without one, the page lacks only what worker/main.ts does. */
export async function startServiceWorker(): Promise<void> {
  // Browsers have none over plain HTTP, and in some private windows.
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker) return;
  serviceWorker.addEventListener('message', ({ data }: MessageEvent<OpenJobMessage>) => {
    const to = parseRoute(`#/jobs/${data.openJob}`);
    if (to.view === 'job') location.hash = hrefOf(to);
  });
  const registration = await serviceWorker.register(trustedUrl(), { updateViaCache: 'none' });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') closeNotifications(registration).catch(() => undefined);
  });
}

/** Whoever looks at the page sees there what they told. */
async function closeNotifications(registration: ServiceWorkerRegistration): Promise<void> {
  for (const notification of await registration.getNotifications()) notification.close();
}

/** Under Trusted Types, a worker is registered only with a URL that a policy has let through. This one lets a single URL through. */
function trustedUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const createScriptURL = (url: string) => {
    if (url !== URL_OF_WORKER) throw new TypeError(`${url} is not the service worker`);
    return url;
  };
  return (
    trustedTypes?.createPolicy('service-worker', { createScriptURL }).createScriptURL(URL_OF_WORKER) ??
    URL_OF_WORKER
  );
}
