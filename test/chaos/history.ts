import type { UploadPlan } from './load/upload-plan.ts';

/** A status; `in doubt`: a refusal that may be about an earlier try which took effect; `none`: none came that says how it ended. */
export type Answer = number | 'in doubt' | 'none';

/** What a user asked of a job. */
export interface Action {
  name: 'cancel' | 'retry' | 'delete';
  answer: Answer;
}

export const isYes = (answer: Answer): boolean => typeof answer === 'number' && answer < 300;

export interface UploadRecord {
  plan: UploadPlan;
  email: string;
  /** No other upload has it: mails and lists of jobs are told apart by it. */
  filename: string;
  sha256: string;
  /** What each try was answered: a status, or how it broke off. */
  tries: string[];
  /** Every job id that a 202 gave for it; more than one is wrong. */
  ids: Set<string>;
  state: 'sending' | 'accepted' | 'hung up' | 'given up';
  actions: Action[];
  /** One is under way. */
  acting: boolean;
  /** All actions are over, so what comes last is the end. */
  settled: boolean;
  /** Statuses as they were seen, without repetitions. */
  seen: string[];
}

export interface FaultRecord {
  number: number;
  kind: string;
  /** The process or server that was hit. */
  target: string;
  /** ms since 1970. */
  from: number;
  to: number;
}

/** Everything that the suite did and was told. */
export interface Ledger {
  uploads: UploadRecord[];
  faults: FaultRecord[];
  /** Uploads whose bytes are on their way, and the gateway that takes them. */
  underWay: Map<UploadRecord, string>;
}

export const newLedger = (): Ledger => ({ uploads: [], faults: [], underWay: new Map() });

export const ENDS = ['done', 'failed', 'cancelled', 'gone'] as const;

/** As users see it; `gone` is a 404. */
export const isFinalStatus = (status: string | undefined): status is (typeof ENDS)[number] =>
  ENDS.some((end) => end === status);
export const idOf = ({ ids }: UploadRecord): string | undefined => ids.values().next().value;
export const accepted = ({ uploads }: Ledger): UploadRecord[] =>
  uploads.filter(({ state }) => state === 'accepted');
/** Accepted, and not at its end as far as its user has seen. */
export const open = (ledger: Ledger): UploadRecord[] =>
  accepted(ledger).filter(({ settled, seen }) => !settled || !isFinalStatus(seen.at(-1)));
