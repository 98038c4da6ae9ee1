import type { Report } from '../../process/run.ts';

/** The steps of a start, in their order. The last one ends on the real page. */
const STEPS = {
  programs: 'Find the programs, or install them',
  page: 'Build the web page',
  system: 'Start the servers and the services',
} as const;
export type StepName = keyof typeof STEPS;

export interface Step {
  title: string;
  state: 'waiting' | 'running' | 'done';
  /** What the step is doing, such as `Building daprd: 40 %, 3 min left`. Undefined where nothing of interest is known. */
  detail: string | undefined;
}

/** How far a start is. */
export class Progress {
  readonly #steps = new Map<StepName, Step>(
    (Object.keys(STEPS) as StepName[]).map((name) => [
      name,
      { title: STEPS[name], state: 'waiting', detail: undefined },
    ]),
  );

  get steps(): Step[] {
    return [...this.#steps.values()].map((step) => ({ ...step }));
  }

  /** Marks the step as running until the promise is settled. A step that fails does not become done. */
  async during<T>(name: StepName, work: (report: Report) => Promise<T>, report: Report): Promise<T> {
    const step = this.#steps.get(name) as Step;
    step.state = 'running';
    const result = await work((line, task) => {
      report(line, task);
      // Not the line: it may contain paths and output of programs, and the page may be seen by other users of the machine.
      if (task !== undefined) step.detail = `${task.what}: ${task.detail}`;
    });
    Object.assign(step, { state: 'done', detail: undefined } satisfies Partial<Step>);
    return result;
  }

  /** Marks the step as running for the rest of the start. */
  begin(name: StepName): void {
    (this.#steps.get(name) as Step).state = 'running';
  }
}
