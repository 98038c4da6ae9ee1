import { type Action, type FaultRecord, isFinalState } from '../verdict/evidence.ts';
import type { UploadPlan } from './load/upload-plan.ts';

/** One upload, and what its user did and saw. */
export interface UploadRecord {
  plan: UploadPlan;
  email: string;
  /** Unique, so that it identifies the upload in mails and in lists of jobs. */
  filename: string;
  sha256: string;
  /** The result of each attempt: a status, or the reason why the connection broke. */
  attempts: string[];
  /** Every job id that a 202 gave for it. More than one is wrong. */
  ids: Set<string>;
  state: 'sending' | 'accepted' | 'hung up' | 'given up';
  actions: Action[];
  /** An action has been sent and not yet been answered. */
  isActing: boolean;
  /** All planned actions are over, so the next final state is the last. */
  isActingOver: boolean;
  /** Statuses and actions in the order in which they were seen, without repetitions. */
  seen: string[];
}

/** Everything that an experiment did, and how it was answered. */
export interface History {
  uploads: UploadRecord[];
  faults: FaultRecord[];
  /** Uploads that are being sent, and the name of the gateway that receives each. */
  sending: Map<UploadRecord, string>;
}

export const newHistory = (): History => ({ uploads: [], faults: [], sending: new Map() });

export const idOf = ({ ids }: UploadRecord): string | undefined => ids.values().next().value;

export const acceptedUploads = ({ uploads }: History): UploadRecord[] =>
  uploads.filter(({ state }) => state === 'accepted');

/** Accepted uploads whose users have not yet seen the last state of the job. */
export const openUploads = (history: History): UploadRecord[] =>
  acceptedUploads(history).filter(({ isActingOver, seen }) => !isActingOver || !isFinalState(seen.at(-1)));
