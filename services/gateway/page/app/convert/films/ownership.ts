import { tabLock } from '../storage/kept.ts';

const owned = new Map<string, () => void>();

/** Makes a film this tab's own, until it is released or the tab is closed. Returns false where another tab has it. */
export async function own(id: string): Promise<boolean> {
  if (owned.has(id)) return true;
  const free = await tabLock().tryAcquire(`film-${id}`);
  if (free) owned.set(id, free);
  return free !== undefined;
}

export function release(id: string): void {
  owned.get(id)?.();
  owned.delete(id);
}

export const isOwned = (id: string): boolean => owned.has(id);

/** Whether a tab has the film, this one or another. */
export const isTaken = (id: string): Promise<boolean> => tabLock().isTaken(`film-${id}`);
