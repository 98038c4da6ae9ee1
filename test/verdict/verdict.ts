import type { FinalState } from './evidence.ts';

/** Findings by kind. Each finding is a sentence that names the job. */
export interface Verdict {
  finalStates: Partial<Record<FinalState, number>>;
  lost: string[];
  wrong: string[];
  /** Jobs that failed because the system gave up on a file that can be converted. */
  gaveUp: string[];
  lostMails: string[];
  /** Duplicate mails for which a kill in the middle of a send is to blame. */
  explained: string[];
  /** Duplicate mails without such a reason. */
  unexplained: string[];
  /** Keys of blobs that belong to no job. */
  orphans: string[];
  /** Folders and processes that were left behind. */
  leftovers: string[];
}

export const emptyVerdict = (): Verdict => ({
  finalStates: {},
  lost: [],
  wrong: [],
  gaveUp: [],
  lostMails: [],
  explained: [],
  unexplained: [],
  orphans: [],
  leftovers: [],
});

/** A verdict passes without findings. Explained duplicates of mails are not counted against it. */
export const passed = ({ finalStates: _states, explained: _explained, ...findings }: Verdict): boolean =>
  Object.values(findings).every((found) => found.length === 0);
