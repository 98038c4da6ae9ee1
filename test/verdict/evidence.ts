import type { MailEvidence } from './mails.ts';
import type { StoredJob } from './store-content.ts';

/** Final states of a job as its user sees them. `gone` stands for a 404, which a deleted job answers. */
export const FINAL_STATES = ['done', 'failed', 'cancelled', 'gone'] as const;
export type FinalState = (typeof FINAL_STATES)[number];

export const isFinalState = (state: string | undefined): state is FinalState =>
  FINAL_STATES.some((final) => final === state);

/**
 * How an action was answered: a status; `in doubt` for a refusal that may be about an earlier attempt of ours which took
 * effect; `none` if no answer told the outcome.
 */
export type Answer = number | 'in doubt' | 'none';

/** What a user asked of a job. */
export interface Action {
  name: 'cancel' | 'retry' | 'delete';
  answer: Answer;
}

export const isAccepted = (answer: Answer): boolean => typeof answer === 'number' && answer < 300;

export interface FaultRecord {
  number: number;
  kind: string;
  /** The process or server that was hit. */
  target: string;
  /** ms since 1970. */
  from: number;
  to: number;
}

/** What became of one accepted upload. */
export interface JobEvidence {
  ids: string[];
  filename: string;
  email: string;
  /** `done`, or the error code of a job that must fail. */
  expects: string;
  actions: Action[];
  /** Statuses and actions in the order in which they were seen. */
  seen: string[];
  /** The last status by the public API; `gone` for a 404, undefined if there was no answer. */
  status: string | undefined;
  code: string | undefined;
  /** What is wrong with its MP3, if it should have one. */
  mp3Fault?: string;
}

/** How often a kind of fault was injected, and how often the logs show that it hit work in progress. */
export interface FaultEffect {
  kind: string;
  injected: number;
  effective: number;
}

/** Everything that a verdict is based on. */
export interface Evidence {
  jobs: JobEvidence[];
  /** Findings about jobs that belong to no upload. */
  unknownJobs: string[];
  /** Ids of all jobs in the lists of all users. */
  listedIds: ReadonlySet<string>;
  /** Findings about uploads that should have been accepted, or refused in another way. */
  wrongRefusals: string[];
  mails: MailEvidence[];
  faults: FaultRecord[];
  faultEffects: FaultEffect[];
  /** Ids of jobs about which notification logged that a mail may be a duplicate: one entry for each such mail. */
  announcedRepeats: string[];
  /** All keys in the state store. */
  keys: string[];
  stored: StoredJob[];
  /** Ids in the index of active jobs. */
  open: string[];
  /** Private folders of attempts that were left behind. */
  folders: string[];
  /** Processes that were left behind. */
  processes: string[];
  /** The system has had enough time to delete the videos of jobs that are done. */
  videosExpired?: boolean;
}
