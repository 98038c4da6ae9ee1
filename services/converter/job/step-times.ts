import { CONVERSION_STEPS, type Mp3Details } from '../../shared/jobs/mp3-details.ts';

type Step = (typeof CONVERSION_STEPS)[number];

/** How long the steps of a conversion took. */
export interface StepTimes {
  /** Ends a step, which lasted from the end of the one before it until now. */
  end(step: Step): void;
  /** Adds a step that was measured elsewhere, because it ran at the same time as another. */
  add(step: Step, seconds: number): void;
  /** The steps in their order, to the millisecond. */
  all(): Mp3Details['steps'];
}

/** @param now milliseconds of a monotonic clock */
export function createStepTimes(now = () => performance.now()): StepTimes {
  const times = new Map<Step, number>();
  let last = now();
  return {
    end(step) {
      const time = now();
      times.set(step, (time - last) / 1000);
      last = time;
    },
    add: (step, seconds) => times.set(step, seconds),
    all: () =>
      CONVERSION_STEPS.flatMap((step) => {
        const seconds = times.get(step);
        return seconds === undefined ? [] : { step, seconds: Math.round(seconds * 1000) / 1000 };
      }),
  };
}
