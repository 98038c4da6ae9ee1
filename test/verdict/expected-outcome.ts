import { type Action, isAccepted } from './evidence.ts';

export interface ExpectedOutcome {
  /** The final states that are right; `gone` for a job that was deleted. */
  statuses: Set<string>;
  /** How many mails about the natural outcome there must be, and may be. */
  mails: { least: number; most: number };
}

/**
 * How a job must end, given its file and what its user asked for. `natural` is how it would end without any action:
 * `done` or `failed`.
 */
export function expectedOutcome(natural: string, actions: readonly Action[]): ExpectedOutcome {
  let statuses = new Set([natural]);
  let { least, most } = { least: 1, most: 1 };
  for (const action of actions) {
    const end = { cancel: 'cancelled', retry: natural, delete: 'gone' }[action.name];
    const accepted = isAccepted(action.answer);
    if (accepted) statuses = new Set([end]);
    else if (typeof action.answer === 'string') statuses = new Set([...statuses, end]);
    else continue; // The job's state forbids the action, so nothing has changed.
    // A job that ended before its retry has sent its mail, and the retry sends another.
    if (action.name === 'retry') {
      const wasDue = least > 0;
      least = accepted ? 1 : Math.min(least, 1);
      most = wasDue || most > 1 ? most + 1 : 1;
    }
    // A cancel in time leaves no outcome to report. If it is in doubt, the mail may already be on its way.
    if (action.name === 'cancel') ({ least, most } = { least: 0, most: accepted ? 0 : most });
    if (action.name === 'delete') least = 0;
  }
  return { statuses, mails: { least, most } };
}
