import { computed, signal } from '@preact/signals';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { hrefOf } from '../route.ts';
import type { Step } from './progress-steps.ts';
import { endText } from './speak.ts';

const KEY = 'notify';
const PICTURES = { icon: '/assets/icon-192.png', badge: '/assets/icon-badge-96.png' };

/** Undefined where the browser has no notifications, as over plain HTTP. */
const permission = signal('Notification' in globalThis ? Notification.permission : undefined);
const isWanted = signal(localStorage.getItem(KEY) === 'on');

/** Whether notifications are shown: `on`, `off`, `denied` by the browser, or undefined where there are none. */
export const notifications = computed(() => {
  if (permission.value === undefined) return undefined;
  if (permission.value === 'denied') return isWanted.value ? 'denied' : undefined;
  return isWanted.value && permission.value === 'granted' ? 'on' : 'off';
});

/** Asks for the permission where it was not given yet, so call it only from a click. */
export async function requestNotifications(): Promise<void> {
  permission.value = await Notification.requestPermission();
  isWanted.value = true;
  if (permission.value === 'granted') localStorage.setItem(KEY, 'on');
}

export function stopNotifications(): void {
  isWanted.value = false;
  localStorage.removeItem(KEY);
}

/** Shows the end of a job as a notification, where it was asked for and nobody sees the page. */
export async function notify(job: JobView, step: Step): Promise<void> {
  if (step.kind !== 'ended' || job.status === 'cancelled') return;
  if (notifications.value !== 'on' || document.visibilityState === 'visible') return;
  // With the same tag, several tabs show one notification. Whoever presses it is led to the job of this id.
  const { lang, dir } = document.documentElement;
  const options = { tag: job.id, lang, dir: dir as NotificationDirection, ...PICTURES };
  (await showByWorker(endText(job), options)) || showByPage(endText(job), options);
}

/** Phones show notifications of a service worker alone. It also opens the job, see worker/main.ts. Returns whether there is one. */
async function showByWorker(title: string, options: NotificationOptions): Promise<boolean> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    if (!registration?.active) return false;
    await registration.showNotification(title, options);
    return true;
  } catch {
    return false;
  }
}

function showByPage(title: string, options: NotificationOptions & { tag: string }): void {
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      focus();
      location.hash = hrefOf({ view: 'job', id: options.tag });
      shown.close();
    };
  } catch {
    // Chrome on Android refuses it, and there is no worker yet.
  }
}
