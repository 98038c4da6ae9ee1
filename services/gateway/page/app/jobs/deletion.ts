import { computed, signal } from '@preact/signals';

/** Deletes a job. `isLast`: the page is being left, so that the request has to outlive it. */
export type SendDeletion = (id: string, isLast: boolean) => Promise<void>;

/** Ids of the jobs that are gone from the list, and that the gateway has not deleted yet. */
const waiting = signal<ReadonlySet<string>>(new Set());
/** Ids of the jobs that the list does not show. */
export const hiddenJobs = computed(() => waiting.value);

/** Hides jobs at once. They are deleted by `commitDeletion`, and come back by `undoDeletion`. */
export function beginDeletion(ids: readonly string[]): void {
  waiting.value = new Set([...waiting.value, ...ids]);
}

export function undoDeletion(ids: readonly string[]): void {
  const undone = new Set(ids);
  waiting.value = new Set([...waiting.value].filter((id) => !undone.has(id)));
}

/**
 * Deletes those of the jobs that wait for it. A job that could not be deleted is shown again.
 * @throws the first error of `send`, after all were tried
 */
export async function commitDeletion(
  ids: readonly string[],
  { send, isLast = false }: { send: SendDeletion; isLast?: boolean },
): Promise<void> {
  const due = ids.filter((id) => waiting.value.has(id) && !sending.has(id));
  for (const id of due) sending.add(id);
  const results = await Promise.allSettled(due.map((id) => send(id, isLast)));
  for (const id of due) sending.delete(id);
  undoDeletion(due);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Deletes what waits for it, because the page is being left. */
export const commitAllDeletions = (send: SendDeletion): Promise<void> =>
  commitDeletion([...waiting.value], { send, isLast: true });

/** Ids of the jobs whose request is under way. */
const sending = new Set<string>();
