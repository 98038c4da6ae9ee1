/** Id of the job that was opened from the list. */
let opened: string | undefined;

export const linkIdOf = (id: string): string => `job-${id}`;

/** Remembers from which row somebody leaves the list. */
export function leaveFromRow(id: string): void {
  opened = id;
}

/** Puts the focus on the row from which somebody had left the list. */
export function returnToRow(): void {
  if (opened !== undefined) focusRow(opened);
  opened = undefined;
}

/** Puts the focus on the beginning of the list, because what had it is gone. */
export const focusList = (): void => document.getElementById('jobs-title')?.focus();

/** Puts the focus on the row of a job, or on the beginning of the list where there is none. */
export function focusRow(id: string | undefined): void {
  const link = id === undefined ? null : document.getElementById(linkIdOf(id));
  if (link === null) focusList();
  else link.focus();
}
