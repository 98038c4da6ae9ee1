const REPETITION_MS = 2_000;

/**
 * Returns a signal that is aborted by Ctrl-C, by `kill`, when the terminal closes, and when the npm that started us is
 * killed. Ctrl-C reaches a program twice, from the terminal and through npm, so repetitions within two seconds count as
 * one. A later one calls `force`.
 * @param message the message of the abort reason
 * @param repetitionMs replaces the two seconds
 */
export function createStopSignal(
  message: string,
  force: () => void,
  repetitionMs = REPETITION_MS,
): AbortSignal {
  const controller = new AbortController();
  let abortedAt = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      abortedAt = performance.now();
      controller.abort(new Error(message));
    } else if (performance.now() - abortedAt > repetitionMs) force();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', stop);
  // The channel to npm's bootstrap must not keep the program running.
  process.channel?.unref();
  // The terminal may close before the program has stopped, and a message that cannot be printed must not end it.
  process.stderr.on('error', () => {});
  return controller.signal;
}
