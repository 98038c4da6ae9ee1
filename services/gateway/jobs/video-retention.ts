/** Whether the video of a job that became `done` at that time is not kept any longer. */
export const isVideoDue = (doneAt: string, keepVideoMs: number): boolean =>
  Date.parse(doneAt) + keepVideoMs <= Date.now();
