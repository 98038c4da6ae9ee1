import type { OpenJobMessage } from './messages.ts';

interface PageWindow {
  url: string;
  postMessage(message: OpenJobMessage): void;
  focus(): Promise<unknown>;
}

/** The windows of the browser that show documents of the gateway: `clients` of a service worker. */
export interface PageWindows {
  matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly PageWindow[]>;
  openWindow(url: string): Promise<unknown>;
}

/** Shows a job in a page that is open, else in a new one. @param id of the job */
export async function openJobOf(id: string, clients: PageWindows): Promise<void> {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  // The window that had the focus last is the first one. Other documents of the gateway show no jobs.
  const page = windows.find(({ url }) => new URL(url).pathname === '/');
  if (page === undefined) {
    await clients.openWindow(`/#/jobs/${id}`);
    return;
  }
  page.postMessage({ openJob: id });
  // A browser allows it after a press of the notification, and for a short time.
  await page.focus().catch(() => undefined);
}
