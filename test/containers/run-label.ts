/** The Docker label of everything that a test run starts. Its value is the run's id, by test/support/run-id.ts. */
export const RUN_LABEL = 'mp3converter.test';
