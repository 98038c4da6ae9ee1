import { type Action, isYes } from '../chaos/history.ts';

export interface Expected {
  /** Final statuses that are right; `gone` for a job that was deleted. */
  statuses: Set<string>;
  /** How many mails of the natural outcome there must, and may be. */
  mails: { least: number; most: number };
}

/** Where a job must end, by what its file is and what its user asked for. `natural` is done or failed. */
export function expectedEnd(natural: string, actions: readonly Action[]): Expected {
  let statuses = new Set([natural]);
  let { least, most } = { least: 1, most: 1 };
  for (const action of actions) {
    const end = { cancel: 'cancelled', retry: natural, delete: 'gone' }[action.name];
    const yes = isYes(action.answer);
    if (yes) statuses = new Set([end]);
    else if (typeof action.answer === 'string') statuses = new Set([...statuses, end]);
    else continue; // the state forbids it, and nothing has changed
    // A job that ended before it was retried has been told, and what comes of the retry is told again.
    if (action.name === 'retry') {
      const again = least;
      least = yes ? 1 : Math.min(least, 1);
      most = again > 0 || most > 1 ? most + 1 : 1;
    }
    // In time before the end there is nothing to tell; just after it, the mail may be on its way already.
    if (action.name === 'cancel') ({ least, most } = { least: 0, most: yes ? 0 : most });
    if (action.name === 'delete') least = 0;
  }
  return { statuses, mails: { least, most } };
}
