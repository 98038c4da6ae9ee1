import type { LogLine } from '../evidence/service-logs.ts';
import type { Harness } from '../harness.ts';
import type { History } from '../history.ts';

export interface FaultContext {
  harness: Harness;
  history: History;
  signal: AbortSignal;
}

export interface InjectedFault {
  /** What was hit. */
  target: string;
  /** Resolves when the fault is over. Absent for a fault without a duration. */
  over?: Promise<void>;
}

export interface FaultKind {
  name: string;
  /** Resolves when the fault has happened or begun. `choice` decides what the kind leaves open, such as the replica. */
  inject(context: FaultContext, choice: number): Promise<InjectedFault>;
  /** Recognizes the log line that a service writes soon after the fault if the fault hit work in progress. */
  isEffect?(line: LogLine, target: string): boolean;
  /** Returns why the fault cannot be injected on this machine, or undefined. */
  whyMissing?(harness: Harness): string | undefined;
}
