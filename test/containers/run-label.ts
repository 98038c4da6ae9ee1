/** What a run has started is told by it; its value is the run's process id. */
export const LABEL = 'mp3converter.test';
