import { CONVERSION_STEPS, type Mp3Details } from '../../shared/jobs/mp3-details.ts';
import type { Span } from '../span.ts';

/**
 * The stages of a job in the converter, in their order. `queue` lasts from when the job became queued to the start of the attempt, by
 * the clocks of two machines. `join` is a part of `encode`, and only sound that several processes have encoded is joined. `check` and
 * `store` run at the same time. `save` ends when the job is done, and `publish` when the broker has the event `mp3`.
 */
export const STAGES = [
  'queue',
  'fetch',
  'probe',
  'encode',
  'join',
  'check',
  'store',
  'save',
  'publish',
] as const;

export type StageName = (typeof STAGES)[number];

export interface Stage {
  stage: StageName;
  /** Seconds since the first stage began. */
  begin: number;
  end: number;
}

/** When the stages of a job began and ended. */
export interface Stages {
  /** Ends a stage, which lasted from the last end of any stage until now. */
  end(stage: StageName): void;
  /** Adds a stage that was measured elsewhere, because it ran at the same time as another. */
  add(stage: StageName, span: Span): void;
  /** How long each of the public steps took, to the millisecond. */
  steps(): Mp3Details['steps'];
  /** All stages, to the millisecond. */
  all(): Stage[];
}

export interface StagesOptions {
  /** How long the job was queued, where it was. */
  queuedMs?: number | undefined;
  /** Milliseconds of a monotonic clock, which is that of the spans. */
  now?: () => number;
}

/** The attempt begins now. */
export function createStages({ queuedMs, now = () => performance.now() }: StagesOptions = {}): Stages {
  const spans = new Map<StageName, Span>();
  let last = now();
  if (queuedMs !== undefined) spans.set('queue', { begin: last - queuedMs, end: last });
  const add = (stage: StageName, span: Span): void => {
    spans.set(stage, span);
    last = Math.max(last, span.end);
  };
  return {
    end: (stage) => add(stage, { begin: last, end: now() }),
    add,
    steps: () =>
      CONVERSION_STEPS.flatMap((step) => {
        const span = spans.get(step);
        return span ? { step, seconds: toSeconds(span.end - span.begin) } : [];
      }),
    all() {
      const first = Math.min(...[...spans.values()].map(({ begin }) => begin));
      return STAGES.flatMap((stage) => {
        const span = spans.get(stage);
        return span ? { stage, begin: toSeconds(span.begin - first), end: toSeconds(span.end - first) } : [];
      });
    },
  };
}

const toSeconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;
