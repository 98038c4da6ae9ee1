/** The Docker label of everything that a test run starts. Its value is the process id of the run. */
export const RUN_LABEL = 'mp3converter.test';
