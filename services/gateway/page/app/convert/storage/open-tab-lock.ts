import { createLeaseLock, type LeasePorts } from './lease-lock.ts';
import type { TabLock } from './tab-lock.ts';
import { createWebLock } from './web-lock.ts';

/** The locks of the browser. Over plain HTTP there are none, and leases in the local storage take their place. */
export const openTabLock = (leases: () => LeasePorts): TabLock =>
  'locks' in navigator ? createWebLock(navigator.locks) : createLeaseLock(leases());
