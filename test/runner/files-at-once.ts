/**
 * How many test files run at a time that start programs or use a system. One more than the two cores for which the tests are
 * built, because a file that waits for a timer or for other programs leaves its core idle.
 */
export const FILES_AT_ONCE = 3;
